/** Standard normal quantile of the two-sided 99.9 % interval. */
const z999 = 3.2905267314918945;

/**
 * Counts that a binomial variable takes with probability 99.9 % (two-sided). Exact tails by summation; for n·p·(1−p)
 * above 10,000 the normal approximation, whose error is then below one count.
 */
export const binomialInterval = (n: number, p: number): { readonly low: number; readonly high: number } => {
  if (p <= 0) return { low: 0, high: 0 };
  if (p >= 1) return { low: n, high: n };
  const variance = n * p * (1 - p);
  if (variance > 10_000) {
    const spread = z999 * Math.sqrt(variance);
    return { low: Math.max(0, Math.floor(n * p - spread)), high: Math.min(n, Math.ceil(n * p + spread)) };
  }
  const tail = 0.0005;
  // log P(k) by recurrence: P(k+1) = P(k) · (n−k)/(k+1) · p/(1−p)
  const odds = Math.log(p / (1 - p));
  let logP = n * Math.log1p(-p);
  let cumulative = 0;
  let low = 0;
  for (let k = 0; k <= n; k++) {
    cumulative += Math.exp(logP);
    if (cumulative < tail) low = k + 1;
    if (cumulative >= 1 - tail) return { low, high: k };
    logP += Math.log((n - k) / (k + 1)) + odds;
  }
  return { low, high: n };
};

/** Fails unless `count` of `n` is inside the 99.9 % interval of probability p; says all four numbers. */
export const assertShare = (what: string, count: number, n: number, p: number): void => {
  const { low, high } = binomialInterval(n, p);
  if (count < low || count > high) {
    throw new Error(
      `${what}: ${count} of ${n} (${((100 * count) / n).toFixed(2)} %), expected ${low}–${high} for ${100 * p} %`,
    );
  }
};

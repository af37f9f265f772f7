/** A seeded stream of pseudo-random values: equal seeds give equal traffic on every machine. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  below(limit: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** Lower-case hex digits. */
  hex(digits: number): string;
  /** One of the values, each as likely as its weight. */
  pick<T>(weighted: readonly (readonly [value: T, weight: number])[]): T;
}

/** sfc32 (Chris Doty-Humphrey, PractRand; public domain): 128 bits of state, passes BigCrush, so trace ids sample evenly. */
export const seeded = (seed: number): Random => {
  let a = seed >>> 0;
  let b = 0x9e3779b9;
  let c = Math.floor(seed / 2 ** 32) >>> 0;
  let counter = 1;
  const word = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round++) word();
  const next = (): number => word() / 2 ** 32;
  return {
    next,
    below: (limit) => Math.floor(next() * limit),
    chance: (probability) => next() < probability,
    hex: (digits) => {
      let text = "";
      while (text.length < digits) text += word().toString(16).padStart(8, "0");
      return text.slice(0, digits);
    },
    pick: (weighted) => {
      let rest = next() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of weighted) {
        rest -= weight;
        if (rest < 0) return value;
      }
      const last = weighted.at(-1);
      if (last === undefined) throw new RangeError("pick needs at least one value");
      return last[0];
    },
  };
};

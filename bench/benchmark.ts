/** One line of the table: what was measured, what it is held against, and what it must not pass. */
export type Row = {
  readonly what: string;
  readonly value: number;
  readonly unit: "ms" | "µs" | "MB";
  /** Measured in the same run on the same machine; the ratio to it is what travels between machines. */
  readonly baseline: { readonly what: string; readonly value: number };
  /** From the project's requirements; null where there is none. */
  readonly limit: number | null;
};

export type Benchmark = { readonly name: string; readonly run: () => Promise<readonly Row[]> };

/** Middle value of the sorted samples. */
export const median = (samples: readonly number[]): number => {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
};

/** Median milliseconds of `times` calls, after `warmups` that do not count. */
export const timed = async (task: () => unknown, times: number, warmups: number): Promise<number> => {
  const samples: number[] = [];
  for (let round = -warmups; round < times; round++) {
    const started = performance.now();
    await task();
    if (round >= 0) samples.push(performance.now() - started);
  }
  return median(samples);
};

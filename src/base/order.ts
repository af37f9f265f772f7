/** Comparators that chain. A comparator answers < 0, 0 or > 0, as Array.sort wants it. */
export type Comparator<T> = (a: T, b: T) => number;

/** Code-unit order: the same on every machine and in every locale, which `localeCompare` is not. */
export const byText: Comparator<string> = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

export const byNumber: Comparator<number> = (a, b) => a - b;

export const by =
  <T, K>(key: (value: T) => K, order: Comparator<K>): Comparator<T> =>
  (a, b) =>
    order(key(a), key(b));

/** The first comparator that tells the two apart decides. */
export const chain =
  <T>(...comparators: readonly Comparator<T>[]): Comparator<T> =>
  (a, b) => {
    for (const compare of comparators) {
      const decided = compare(a, b);
      if (decided !== 0) return decided;
    }
    return 0;
  };

/** Unique values in code-unit order. */
export const sortedUnique = (values: Iterable<string>): readonly string[] => [...new Set(values)].sort(byText);

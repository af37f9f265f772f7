/** Whether a set of items is refused. Adding items to a refused set is taken to leave it refused. */
export type Refuses<T> = (items: readonly T[]) => Promise<boolean>;

/** An item that has to go, and the irreducible set it was refused in; alone in it: it is refused by itself. */
export type Removal<T> = { readonly item: T; readonly culprit: readonly T[] };

export type CulpritSearch<T> = {
  readonly items: readonly T[];
  /** Items that something points at; asked about first. */
  readonly suspects: readonly T[];
  readonly refuses: Refuses<T>;
  /** Which of several that only together are refused has to go. */
  readonly weakest: (culprit: readonly T[]) => T;
  /** Different sets that may be asked about. */
  readonly maxAsked: number;
};

/**
 * The items to remove so that the rest is accepted; each culprit loses one item only. null: no item is at fault, since
 * even none of them is refused, or it would take more questions than allowed. Questions are remembered by their set.
 */
export const removals = async <T>(search: CulpritSearch<T>): Promise<readonly Removal<T>[] | null> => {
  const known = new Map<string, boolean>();
  let isSpent = false;
  const refuses: Refuses<T> = async (items) => {
    const wanted = new Set(items);
    const key = search.items.map((item) => (wanted.has(item) ? "1" : "0")).join("");
    const before = known.get(key);
    if (before !== undefined) return before;
    isSpent ||= known.size >= search.maxAsked;
    // Once spent, answers no longer matter; this one ends every search soonest.
    const answer = isSpent || (await search.refuses(search.items.filter((item) => wanted.has(item))));
    known.set(key, answer);
    return answer;
  };
  const removed: Removal<T>[] = [];
  let rest = search.items;
  if (await refuses([])) return null;
  while (!isSpent && (await refuses(rest))) {
    const culprit = await culpritIn(rest, search.suspects, refuses);
    if (isSpent || culprit.length === 0) return null;
    const item = search.weakest(culprit);
    removed.push({ item, culprit });
    rest = rest.filter((other) => other !== item);
  }
  return isSpent ? null : removed;
};

/** Suspects first: where they explain the refusal, few questions are enough however many items there are. */
const culpritIn = async <T>(
  items: readonly T[],
  suspects: readonly T[],
  refuses: Refuses<T>,
): Promise<readonly T[]> => {
  const named = items.filter((item) => suspects.includes(item));
  if (named.length > 0 && (await refuses(named))) return irreducible(named, refuses);
  const others = items.filter((item) => !named.includes(item));
  if (named.length === 0 || (await refuses(others))) return irreducible(others, refuses);
  // Only both parts together are refused.
  const ofNamed = await irreducible(named, refuses, others);
  return [...ofNamed, ...(await irreducible(others, refuses, ofNamed))];
};

/**
 * A subset of `items` that is refused together with `background`, and no part of which is: QuickXplain (U. Junker,
 * AAAI 2004), at most 2k·log₂(n/k) + 2k questions for a culprit of k among n.
 */
export const irreducible = async <T>(
  items: readonly T[],
  refuses: Refuses<T>,
  background: readonly T[] = [],
): Promise<readonly T[]> => {
  const explain = async (given: readonly T[], isGrown: boolean, open: readonly T[]): Promise<readonly T[]> => {
    if (isGrown && (await refuses(given))) return [];
    if (open.length <= 1) return open;
    const middle = Math.ceil(open.length / 2);
    const [left, right] = [open.slice(0, middle), open.slice(middle)];
    const ofRight = await explain([...given, ...left], true, right);
    const ofLeft = await explain([...given, ...ofRight], ofRight.length > 0, left);
    return [...ofLeft, ...ofRight];
  };
  return explain(background, background.length > 0, items);
};

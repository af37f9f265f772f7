import { alternatives } from "./alternatives.ts";
import { byNumber, byText, chain } from "./order.ts";

/** Damerau–Levenshtein distance (adjacent swaps count once), case-insensitive. */
export const editDistance = (left: string, right: string): number => {
  const a = left.toLowerCase();
  const b = right.toLowerCase();
  const width = b.length + 1;
  const cells: number[] = Array.from({ length: (a.length + 1) * width }, () => 0);
  const at = (i: number, j: number): number => cells[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) {
    for (let j = 0; j <= b.length; j++) {
      if (i === 0 || j === 0) {
        cells[i * width + j] = i + j;
        continue;
      }
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      cells[i * width + j] = best;
    }
  }
  return at(a.length, b.length);
};

/** Names close enough to `written` to be what was meant, nearest first, at most three. */
export const suggestions = (written: string, known: Iterable<string>): readonly string[] => {
  const limit = Math.max(1, Math.floor(Math.min(written.length, 64) * 0.4));
  return [...known]
    .map((name) => ({ name, distance: editDistance(written.slice(0, 64), name) }))
    .filter(({ distance }) => distance <= limit)
    .sort(
      chain(
        (a, b) => byNumber(a.distance, b.distance),
        (a, b) => byText(a.name, b.name),
      ),
    )
    .slice(0, 3)
    .map(({ name }) => name);
};

/** ` — did you mean "a" or "b"?`, or nothing when no name is near. */
export const didYouMean = (written: string, known: Iterable<string>): string => {
  const near = suggestions(written, known).map((name) => `"${name}"`);
  return near.length === 0 ? "" : ` — did you mean ${alternatives(near)}?`;
};

import { type Located, spanOf } from "../../diagnostics/origin.ts";
import { type Report, shorten } from "../reader.ts";

/** Reports every value that came before, with the place of the first. */
export const reportRepeats = (
  report: Report,
  field: string,
  values: readonly Located<string>[],
  same: (value: string) => string = (value) => value,
): void => {
  const first = new Map<string, Located<string>>();
  for (const located of values) {
    const key = same(located.value);
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, located);
      continue;
    }
    const at = spanOf(earlier.origin);
    const related = at === null ? [] : [{ span: at, message: firstNamed(earlier.value, located.value) }];
    report("TP2014", { field, value: shorten(located.value) }, spanOf(located.origin), { related });
  }
};

const firstNamed = (first: string, again: string): string =>
  first === again ? "first named here" : `first named here, as "${shorten(first)}"`;

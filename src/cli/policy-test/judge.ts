import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { CameOut, Seen } from "./came-out.ts";
import type { Expectation, Plain, PolicyTest } from "./test-file.ts";

/** What a test found wrong; nothing: it passed. */
export const judge = (test: PolicyTest, out: CameOut): readonly Diagnostic[] =>
  test.expect.flatMap((expectation) =>
    unmet(expectation, out).map(({ expected, found }) =>
      diagnostic("TP7003", { test: test.name, expected, found }, expectation.span),
    ),
  );

type Unmet = { readonly expected: string; readonly found: string };

const unmet = (expectation: Expectation, out: CameOut): readonly Unmet[] => {
  const { kind, where, count, has, lacks, fields, value } = expectation;
  const all = kind === "metrics" ? out.metrics : out[kind].map((seen) => ({ seen, value: 0 }));
  const meant = all.filter(({ seen }) => holds(seen, where));
  const records = meant.map(({ seen }) => seen);
  const what = `${kind}${where.size === 0 ? "" : ` with ${pairs(where)}`}`;
  const of = all.length === meant.length ? "" : ` of ${all.length}`;
  const near = sample(
    records[0] ??
      nearest(
        all.map(({ seen }) => seen),
        where,
      ),
  );
  const wrong: Unmet[] = [];
  if (count === null ? meant.length === 0 : meant.length !== count)
    wrong.push({ expected: `${count ?? "some"} ${what}`, found: `${meant.length}${of}${near}` });
  for (const [key, wanted] of has) {
    const other = records.find((seen) => !isEqual(seen.get(key), wanted));
    if (other !== undefined)
      wrong.push({
        expected: `${key} = ${JSON.stringify(wanted)} in all ${what}`,
        found: `${said(other.get(key))}${sample(other)}`,
      });
  }
  for (const key of lacks) {
    const other = records.find((seen) => seen.has(key));
    if (other !== undefined) wrong.push({ expected: `no ${key} in ${what}`, found: said(other.get(key)) });
  }
  const odd = fields === null ? undefined : records.find((seen) => [...seen.keys()].join("\n") !== fields.join("\n"));
  if (fields !== null && odd !== undefined)
    wrong.push({ expected: `exactly the fields ${fields.join(", ")} in ${what}`, found: [...odd.keys()].join(", ") });
  const sum = meant.reduce((total, each) => total + each.value, 0);
  // Sums of amounts are binary fractions: equal to nine digits is equal.
  if (value !== null && wrong.length === 0 && Math.abs(sum - value) > 1e-9 * Math.max(1, Math.abs(value)))
    wrong.push({ expected: `a sum of ${value} over ${what}`, found: `${sum} in ${meant.length} series${near}` });
  return wrong;
};

/** The record that misses the fewest of these. */
const nearest = (all: readonly Seen[], wanted: ReadonlyMap<string, Plain>): Seen | undefined => {
  const missed = (seen: Seen): number => [...wanted].filter(([key, value]) => !isEqual(seen.get(key), value)).length;
  return all.toSorted((a, b) => missed(a) - missed(b))[0];
};

const holds = (seen: Seen, wanted: ReadonlyMap<string, Plain>): boolean =>
  [...wanted].every(([key, value]) => isEqual(seen.get(key), value));

const isEqual = (found: Plain | undefined, wanted: Plain): boolean =>
  found !== undefined && String(found) === String(wanted);

const said = (value: Plain | undefined): string => (value === undefined ? "none" : JSON.stringify(value));

const pairs = (map: ReadonlyMap<string, Plain>): string =>
  [...map].map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(" ");

const longest = 300;

const sample = (seen: Seen | undefined): string => {
  if (seen === undefined) return "";
  const text = pairs(seen);
  return `; such as ${text.length > longest ? `${text.slice(0, longest)}…` : text}`;
};

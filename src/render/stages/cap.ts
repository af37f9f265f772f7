import type { ClassScope } from "../class-scope.ts";
import { fieldOf } from "../class-scope.ts";
import { shared } from "../lookup.ts";
import { allOf, attribute, quoted, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";

/** Bytes of one literal: parsing takes time in the square of the length. */
const shardBytes = 3000;

/** Longer texts are no names; they count as `other` from the first on. */
export const longestValue = 128;

/** Between values of a list. A value that holds it is in none. */
const separator = "\u0000";

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  for (const [index, byte] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (byte !== other) return byte - other;
  }
  return a.length - b.length;
};

/** The order in which the Collector compares texts. */
const byBytes = (a: string, b: string): number =>
  compareBytes(new TextEncoder().encode(a), new TextEncoder().encode(b));

/** Lists as literals of a bearable length: from which value on one counts, and its values between separators. */
const shardsOf = (values: readonly string[]): readonly { readonly first: string; readonly text: string }[] => {
  const listed = values.filter((value) => !value.includes(separator) && byteLength(value) <= longestValue);
  const shards: { first: string; text: string }[] = [];
  for (const value of [...listed].sort(byBytes)) {
    const last = shards.at(-1);
    if (last === undefined || byteLength(last.text) + byteLength(value) > shardBytes)
      shards.push({ first: value, text: `${separator}${value}${separator}` });
    else last.text += `${value}${separator}`;
  }
  return shards.length === 0 ? [{ first: "", text: separator }] : shards;
};

const policyOf = fieldOf("policy");

/** Dimensions of this class that are full, by key. */
const fullOf = ({ plan, rows }: ClassScope, keys: ReadonlySet<string>) => {
  const policies = new Set<string>(rows.map(({ row }) => policyOf(row)));
  return (plan.full ?? []).filter(({ policy, key }) => policies.has(policy) && keys.has(key));
};

/** Whether series must know their policy until their values are looked up. */
export const capsNeedPolicy = (scope: ClassScope, keys: ReadonlySet<string>): boolean =>
  fullOf(scope, keys).length > 0 && shared(scope.rows, policyOf) === null;

/** Data-point statements after which a dimension that is full has no value that it had not before. */
export const capStatements = (scope: ClassScope, keys: ReadonlySet<string>): readonly string[] => {
  const full = fullOf(scope, keys);
  const isShared = shared(scope.rows, policyOf) !== null;
  const value = 'datapoint.cache["value"]';
  return [...new Set(full.map(({ key }) => key))].flatMap((key) => {
    const path = attribute("datapoint", key);
    // A cell for each dimension: what one has found must not decide for the next.
    const list = `datapoint.cache[${quoted(`of ${key}`)}]`;
    const lists = full
      .filter((each) => each.key === key)
      .flatMap(({ policy, values }) =>
        shardsOf(values).map(({ first, text }, index) => {
          const isOf = isShared ? [] : [`${resourceAttribute(stamps.row("policy"))} == ${quoted(policy)}`];
          const isFrom = index === 0 ? [] : [`${value} >= ${quoted(first)}`];
          return `set(${list}, ${quoted(text)}) where ${allOf([`${path} != nil`, ...isOf, ...isFrom])}`;
        }),
      );
    const end = quoted(separator);
    const isListed = `Index(${list}, Concat([${end}, ${value}, ${end}], "")) >= 0 and Index(${value}, ${end}) < 0`;
    return [
      `set(${value}, Concat([${path}], "")) where ${path} != nil`,
      ...lists,
      `set(${path}, "other") where ${path} != nil and ${list} != nil and ${value} != "" and not (${isListed})`,
    ];
  });
};

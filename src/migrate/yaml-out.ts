import type { Cited } from "./sketch.ts";

/** A policy's YAML while it is put together: a small shape that needs no library, and keeps comments beside its lines. */
export type Out =
  | { readonly kind: "value"; readonly value: string | number | boolean; readonly cites: readonly Cited<unknown>[] }
  | { readonly kind: "map"; readonly entries: readonly (readonly [key: string, value: Out])[] }
  | { readonly kind: "list"; readonly items: readonly Out[] };

export const value = (of: string | number | boolean, ...cites: readonly Cited<unknown>[]): Out => ({
  kind: "value",
  value: of,
  cites,
});

type MaybeEntry = readonly [key: string, value: Out | null] | null;

/** Entries that are there, in order. */
export const map = (...entries: readonly MaybeEntry[]): Out => ({
  kind: "map",
  entries: entries.flatMap((entry) => (entry === null || entry[1] === null ? [] : [[entry[0], entry[1]] as const])),
});

export const list = (items: readonly Out[]): Out | null => (items.length === 0 ? null : { kind: "list", items });

/** Words that some YAML reader takes for something else than text. */
const special = /^(?:true|false|yes|no|on|off|y|n|null|~|nan|inf)$/i;
const plain = /^[A-Za-z/][A-Za-z0-9_./-]*$/;

/** Text as a scalar that every YAML reader takes for exactly that text. */
const scalarText = (of: string | number | boolean): string =>
  typeof of !== "string" ? String(of) : plain.test(of) && !special.test(of) ? of : escaped(of);

const escaped = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** Lines of YAML. `comment` names the origin of a value. */
export const emitted = (
  out: Out,
  indent: number,
  comment: (cites: readonly Cited<unknown>[]) => string,
): readonly string[] => {
  const pad = " ".repeat(indent);
  switch (out.kind) {
    case "value":
      return [`${pad}${scalarText(out.value)}${comment(out.cites)}`];
    case "map":
      return out.entries.flatMap(([key, child]) => {
        const head = `${pad}${scalarText(key)}:`;
        if (child.kind === "value") return [`${head} ${scalarText(child.value)}${comment(child.cites)}`];
        if (child.kind === "map" && child.entries.length === 0) return [`${head} {}`];
        return [head, ...emitted(child, indent + 2, comment)];
      });
    case "list":
      return out.items.flatMap((item) => {
        const [first = "", ...rest] = emitted(item, indent + 2, comment);
        return [`${pad}- ${first.slice(indent + 2)}`, ...rest];
      });
  }
};

import { didYouMean } from "../base/suggest.ts";
import type { ArgsOf, Code } from "../diagnostics/codes.ts";
import type { Details } from "../diagnostics/diagnostic.ts";
import { type Located, located, type Origin } from "../diagnostics/origin.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Dialect } from "./types.ts";
import { blockOf, blocksWith, dialectNames, dialectsWith, vocabulary } from "./vocabulary.ts";
import type { YamlNode } from "./yaml-node.ts";

export type Report = <C extends Code>(code: C, args: ArgsOf<C>, at: Span | null, details?: Details) => void;

/** What reading one policy needs on its way down: where findings go, and how names are understood. */
export type Reader = {
  readonly dialect: Dialect;
  /** The policy's own namespace. */
  readonly namespace: string;
  readonly report: Report;
  /** Told of every extension field that is used. */
  readonly extension: (path: string, span: Span) => void;
};

/** A value of the file, with its full path (`spec.tracing.samplingRate.percent`) and the place of its key. */
export type Field = { readonly path: string; readonly keySpan: Span; readonly node: YamlNode };

/** A map whose field names were checked. */
export type Block = {
  readonly path: string;
  readonly span: Span;
  readonly get: (name: string) => Field | null;
};

/** Opens a map: unknown names are errors, extension names are noted, empty fields are absent with a warning. */
export const openBlock = (
  reader: Reader,
  field: Field,
  aliases: { readonly [alias: string]: string } = {},
): Block | null => {
  const { node, path } = field;
  if (node.kind !== "map") {
    wrongType(reader, field, "a map of fields");
    return null;
  }
  const block = blockOf(path);
  const known = vocabulary[reader.dialect][block] ?? { own: [], extension: [] };
  const fields = new Map<string, Field>();
  for (const { key, keySpan, value } of node.entries) {
    const name = Object.hasOwn(aliases, key) ? (aliases[key] ?? key) : key;
    const at = `${path}.${name}`;
    if (!known.own.includes(name) && !known.extension.includes(name)) {
      unknownField(reader, path, key, keySpan);
      continue;
    }
    if (name !== key) {
      if (node.entries.some((other) => other.key === name)) {
        reader.report("TP2007", { field: `${path}.${key}`, other: name }, keySpan);
        continue;
      }
      reader.report("TP2006", { written: key, canonical: name }, keySpan);
    }
    if (value.kind === "scalar" && value.value === null) {
      reader.report("TP2005", { field: at }, keySpan);
      continue;
    }
    if (known.extension.includes(name)) reader.extension(at, keySpan);
    fields.set(name, { path: at, keySpan, node: value });
  }
  return { path, span: field.keySpan, get: (name) => fields.get(name) ?? null };
};

/** The entries of a list, each with its own path; a value that is no list is an error and has none. */
export const readItems = (reader: Reader, field: Field | null, max = 128): readonly Field[] => {
  if (field === null) return [];
  const { node, path } = field;
  if (node.kind !== "sequence") {
    wrongType(reader, field, "a list", `put "- " before it, one entry per line`);
    return [];
  }
  if (node.items.length > max) {
    reader.report("TP2013", { field: path, count: node.items.length, max }, field.keySpan);
    return [];
  }
  return node.items.map((item, index) => ({ path: `${path}[${index}]`, keySpan: item.span, node: item }));
};

export const readText = (reader: Reader, field: Field | null, min = 1, max = 256): Located<string> | null => {
  if (field === null) return null;
  const { node, path } = field;
  if (node.kind !== "scalar" || typeof node.value !== "string") {
    const written = node.kind === "scalar" && node.value !== null ? `"${node.written ?? node.value}"` : null;
    wrongType(reader, field, "text", written === null ? null : `put it in quotes: ${written}`);
    return null;
  }
  const { length } = node.value;
  if (length < min || length > max) {
    reader.report("TP2008", { field: path, length, min, max }, node.span);
    return null;
  }
  return located(node.value, originOf(field));
};

export const readBoolean = (reader: Reader, field: Field | null): Located<boolean> | null => {
  if (field === null) return null;
  const { node } = field;
  if (node.kind === "scalar" && typeof node.value === "boolean") return located(node.value, originOf(field));
  const word = node.kind === "scalar" && typeof node.value === "string" ? node.value.toLowerCase() : "";
  const meant = /^(true|yes|on|y)$/.test(word) ? "true" : /^(false|no|off|n)$/.test(word) ? "false" : null;
  wrongType(reader, field, "true or false", meant === null ? null : `write ${meant}, without quotes`);
  return null;
};

export const readNumber = (reader: Reader, field: Field | null): Located<number> | null => {
  if (field === null) return null;
  const { node } = field;
  if (node.kind === "scalar" && typeof node.value === "number") return located(node.value, originOf(field));
  const word = node.kind === "scalar" && typeof node.value === "string" ? node.value.replace(/\s*%$/, "") : "";
  wrongType(reader, field, "a number", /^-?\d+$/.test(word) ? `write ${word}, without quotes or %` : null);
  return null;
};

/** One of a few words, spelled exactly. */
export const readWord = <T extends string>(
  reader: Reader,
  field: Field | null,
  allowed: readonly T[],
): Located<T> | null => {
  const text = readText(reader, field, 0, 1024);
  if (text === null || field === null) return null;
  const word = allowed.find((candidate) => candidate === text.value);
  if (word !== undefined) return located(word, text.origin);
  const { value } = text;
  reader.report(
    "TP2004",
    { field: field.path, value: shorten(value), allowed, suggestion: didYouMean(value, allowed) },
    field.node.span,
  );
  return null;
};

export const originOf = (field: Field): Origin => ({ kind: "policy", span: field.node.span, path: field.path });

/** Where the value that an author wrote stands; a default has no place. */
export const wrongType = (reader: Reader, field: Field, expected: string, remedy: string | null = null): void => {
  reader.report("TP2003", { field: field.path, expected, received: describe(field.node), remedy }, field.node.span);
};

export const shorten = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

const describe = (node: YamlNode): string => {
  if (node.kind === "map") return "a map";
  if (node.kind === "sequence") return "a list";
  if (node.value === null) return "nothing";
  if (typeof node.value === "string") return `the text "${shorten(node.value)}"`;
  return typeof node.value === "number" ? `the number ${node.written ?? node.value}` : `${node.value}`;
};

const unknownField = (reader: Reader, path: string, field: string, at: Span): void => {
  const block = blockOf(path);
  const known = vocabulary[reader.dialect][block] ?? { own: [], extension: [] };
  const fields = [...known.own, ...known.extension];
  const list = `fields here are ${fields.join(", ")}`;
  const elsewhere = dialectsWith(reader.dialect, block, field).map((dialect) => dialectNames[dialect]);
  const below = blocksWith(reader.dialect, block, field);
  const suggestion = didYouMean(field, fields);
  const hint =
    elsewhere.length > 0
      ? `it belongs to the dialect ${elsewhere.join(" or ")}; ${list}`
      : below.length > 0 && below.length <= 2 && suggestion === ""
        ? `indent it under ${below.join(" or ")}; ${list}`
        : list;
  const where = path === "spec" ? "spec" : path.replace(/^spec\./, "");
  reader.report("TP2001", { field: shorten(field), where, suggestion, hint }, at);
};

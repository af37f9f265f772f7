import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLParseError,
} from "yaml";
import type { ArgsOf, Code } from "../diagnostics/codes.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile, Span } from "../diagnostics/source.ts";
import type { YamlEntry, YamlNode } from "./yaml-node.ts";
import { yamlProblem } from "./yaml-problems.ts";

/** One document of a file. No type of the `yaml` package leaves this file. A broken one has errors; of its tree only the object's name should be believed. */
export type YamlDocument = { readonly root: YamlNode; readonly broken: boolean; readonly span: Span };

export type YamlOptions = {
  /** Resolve aliases and merge keys, as the platform's own config may use them; a policy must not. */
  readonly aliases: boolean;
  readonly maxBytes: number;
};

/** A ConfigMap cannot hold more: 1 MiB. */
export const defaultMaxBytes = 1024 * 1024;

const maxDepth = 64;
const maxValues = 200_000;
const maxFindingsPerDocument = 3;
const maxFindingsPerFile = 20;
const coreTag = /^tag:yaml\.org,2002:(str|int|float|bool|null|map|seq)$/;

/** The documents without errors. */
export const parseYaml = (file: SourceFile, options: YamlOptions): Outcome<readonly YamlNode[]> => {
  const { value, diagnostics } = parseYamlDocuments(file, options);
  const whole = value.filter((document) => !document.broken);
  return outcome(
    whole.map((document) => document.root),
    diagnostics,
  );
};

/** All documents, broken ones included. Total: whatever the text, it answers with a tree and findings. */
export const parseYamlDocuments = (file: SourceFile, options: YamlOptions): Outcome<readonly YamlDocument[]> => {
  const bytes = Buffer.byteLength(file.text, "utf8");
  if (bytes > options.maxBytes) {
    const at = { file: file.path, start: 0, end: 0 };
    return outcome([], [diagnostic("TP1010", { bytes, limit: options.maxBytes }, at)]);
  }
  const parsed = parseAllDocuments(file.text, {
    version: "1.2",
    // Own check below: it is linear and knows both places.
    uniqueKeys: false,
    intAsBigInt: true,
    prettyErrors: false,
    keepSourceTokens: false,
    logLevel: "silent",
  });
  const documents: YamlDocument[] = [];
  const diagnostics: Diagnostic[] = [];
  let hidden = 0;
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const { root, findings, blank, unread } = readDocument(document, file, options);
    const shown = findings.slice(0, Math.min(maxFindingsPerDocument, maxFindingsPerFile - diagnostics.length));
    diagnostics.push(...shown);
    hidden += findings.length - shown.length + unread;
    if (blank && findings.length === 0) continue;
    const [start, , end] = document.range;
    const broken = findings.some((finding) => finding.severity === "error");
    documents.push({ root, broken, span: { file: file.path, start, end: Math.min(end, file.text.length) } });
  }
  const end = { file: file.path, start: file.text.length, end: file.text.length };
  if (documents.length === 0) diagnostics.push(diagnostic("TP1018", {}, end));
  if (hidden > 0) diagnostics.push(diagnostic("TP1027", { hidden }, end));
  return outcome(documents, diagnostics);
};

type Read = {
  readonly root: YamlNode;
  readonly findings: readonly Diagnostic[];
  readonly blank: boolean;
  /** How many more errors the parser had. */
  readonly unread: number;
};

const readDocument = (document: Document.Parsed, file: SourceFile, options: YamlOptions): Read => {
  const findings: Diagnostic[] = [];
  const length = file.text.length;
  const span = (start: number, end: number): Span => {
    const from = Math.min(Math.max(start, 0), length);
    return { file: file.path, start: from, end: Math.min(Math.max(end, from), length) };
  };
  const report = <C extends Code>(code: C, args: ArgsOf<C>, at: Span, related: Diagnostic["related"] = []): void => {
    findings.push(diagnostic(code, args, at, { related }));
  };

  const errors = withoutEchoes(document.errors);
  for (const error of errors.slice(0, maxFindingsPerDocument)) {
    const opened = openedAt(document, error.code, error.pos[0]);
    const at = opened === null ? span(error.pos[0], Math.max(error.pos[1], error.pos[0])) : span(opened, opened + 1);
    report("TP1005", yamlProblem(error.code, error.message), at);
  }
  const { directives } = document;
  if (directives?.yaml.explicit === true && directives.yaml.version !== "1.2") {
    const start = Math.max(file.text.lastIndexOf("%YAML", document.range[0]), 0);
    report("TP1024", { version: directives.yaml.version }, span(start, start + 9));
  }

  // What an alias stands for is what carried the anchor last before it (YAML 1.2, 3.2.2.2).
  const anchors = new Map<string, Node>();
  const open = new Set<Node>();
  let values = 0;
  let stopped = false;
  let aliased = false;
  /** Once per document: the first one says it all. */
  const forbidAlias = (written: string, at: Span): void => {
    if (!aliased && !options.aliases) report("TP1007", { written }, at);
    aliased = true;
  };
  const checkTag = (node: { tag?: string | undefined }, at: Span): void => {
    if (node.tag === undefined || coreTag.test(node.tag)) return;
    const bang = file.text.lastIndexOf("!", Math.max(at.start - 1, 0));
    const from = bang > 0 && file.text[bang - 1] === "!" ? bang - 1 : bang;
    const tag = from === -1 ? node.tag : (/^[^\s,[\]{}]+/.exec(file.text.slice(from, from + 64))?.[0] ?? node.tag);
    report("TP1008", { tag }, from === -1 ? at : span(from, from + tag.length));
  };
  const stop = <C extends Code>(code: C, args: ArgsOf<C>, at: Span): void => {
    if (!stopped) report(code, args, at);
    stopped = true;
  };

  const read = (node: Node | null, depth: number, fallback: Span): YamlNode => {
    const at = node?.range ? span(node.range[0], node.range[1]) : fallback;
    const nothing: YamlNode = { kind: "scalar", value: null, span: at };
    if (stopped) return nothing;
    values += 1;
    if (values > maxValues) {
      stop("TP1016", { limit: maxValues }, at);
      return nothing;
    }
    if (depth > maxDepth) {
      stop("TP1011", { limit: maxDepth }, span(at.start, at.start + 1));
      return nothing;
    }
    if (node === null) return nothing;
    if (isAlias(node)) {
      if (!options.aliases) {
        forbidAlias(`*${node.source}`, at);
        return nothing;
      }
      const target = anchors.get(node.source);
      if (target === undefined || open.has(target)) {
        report("TP1026", { name: node.source }, at);
        return nothing;
      }
      return read(target, depth + 1, at);
    }
    if (!isMap(node) && !isSeq(node) && !isScalar(node)) return nothing;
    if (node.anchor !== undefined) {
      const start = file.text.lastIndexOf(`&${node.anchor}`, at.start);
      forbidAlias(`&${node.anchor}`, start === -1 ? at : span(start, start + node.anchor.length + 1));
      anchors.set(node.anchor, node);
    }
    checkTag(node, at);
    open.add(node);
    const result = readValue(node, depth, at);
    open.delete(node);
    return result;
  };

  const readValue = (node: Node, depth: number, at: Span): YamlNode => {
    if (isScalar(node)) return readScalar(node, at);
    if (isSeq(node)) {
      const items = node.items.map((item) => read(asNode(item), depth + 1, at));
      return { kind: "sequence", items, span: at };
    }
    if (!isMap(node)) return { kind: "scalar", value: null, span: at };
    const entries = new Map<string, YamlEntry>();
    const merged: YamlEntry[] = [];
    for (const { key: keyNode, value: valueNode } of node.items) {
      const key = readKey(asNode(keyNode), at);
      const afterKey = span(key.span.end, key.span.end);
      const value = read(asNode(valueNode), depth + 1, afterKey);
      if (key.merge) {
        if (options.aliases) merged.push(...mergedEntries(value));
        else report("TP1009", {}, key.span);
        continue;
      }
      const earlier = entries.get(key.text);
      if (earlier !== undefined) {
        const related = [{ span: earlier.keySpan, message: "first written here" }];
        report("TP1006", { key: key.text }, key.span, related);
      }
      entries.set(key.text, { key: key.text, keySpan: key.span, value });
    }
    // Keys of the map itself win over merged ones, earlier merged ones over later ones (YAML merge type).
    for (const entry of merged) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    return { kind: "map", entries: [...entries.values()], span: at };
  };

  const readKey = (node: Node | null, fallback: Span): { text: string; span: Span; merge: boolean } => {
    const at = node?.range ? span(node.range[0], node.range[1]) : span(fallback.start, fallback.start);
    if (node === null || !isScalar(node)) {
      report("TP1015", { written: shorten(file.text.slice(at.start, at.end)) || "(nothing)" }, at);
      return { text: "", span: at, merge: false };
    }
    if (node.anchor !== undefined) forbidAlias(`&${node.anchor}`, at);
    checkTag(node, at);
    const written = file.text.slice(at.start, at.end);
    if (written === "<<" || typeof node.value === "symbol") return { text: "<<", span: at, merge: true };
    if (typeof node.value === "string") {
      if (!node.value.isWellFormed()) report("TP1014", { written: shorten(written) }, at);
      return { text: node.value, span: at, merge: false };
    }
    // A Collector decodes into maps with text keys, so a number there is its own spelling.
    if (!options.aliases) report("TP1015", { written: shorten(written) || "(nothing)" }, at);
    return { text: written, span: at, merge: false };
  };

  const readScalar = (node: { value: unknown; type?: string | undefined }, at: Span): YamlNode => {
    const quoted = node.type !== undefined && node.type !== "PLAIN";
    const written = shorten(file.text.slice(at.start, at.end));
    const { value } = node;
    if (typeof value === "bigint") {
      const exact = Number(value);
      if (!Number.isSafeInteger(exact)) report("TP1012", { written }, at);
      if (options.aliases && /^[-+]?0[0-9]/.test(written))
        report("TP1025", { written, reads: `the number ${exact}` }, at);
      return numberNode(exact, written, at);
    }
    if (typeof value === "number") {
      if (!Number.isFinite(value)) report("TP1013", { written }, at);
      return Number.isFinite(value) ? numberNode(value, written, at) : { kind: "scalar", value: null, span: at };
    }
    if (typeof value === "boolean" || value === null) return { kind: "scalar", value, span: at };
    if (typeof value !== "string") return { kind: "scalar", value: null, span: at };
    if (!value.isWellFormed()) report("TP1014", { written }, at);
    if (options.aliases && !quoted && /^(y|yes|n|no|on|off)$/i.test(value))
      report("TP1025", { written, reads: "text" }, at);
    return { kind: "scalar", value, span: at, ...(quoted ? { quoted } : {}) };
  };

  const start = span(document.range[0], document.range[0]);
  const root = read(document.contents, 0, start);
  // Too deep for the parser itself: its errors would only tell where the stack ended.
  const overflow = document.errors.find((error) => error.message.includes("call stack"));
  if (overflow !== undefined) stop("TP1011", { limit: maxDepth }, span(overflow.pos[0], overflow.pos[0] + 1));
  const deep = findings.filter((finding) => finding.code === "TP1011");
  if (deep.length > 0) return { root, findings: deep, blank: false, unread: 0 };
  const blank = root.kind === "scalar" && root.value === null && root.span.start === root.span.end;
  return { root, findings, blank, unread: Math.max(errors.length - maxFindingsPerDocument, 0) };
};

const numberNode = (value: number, written: string, span: Span): YamlNode => ({
  kind: "scalar",
  value,
  span,
  ...(written === String(value) ? {} : { written }),
});

const asNode = (value: unknown): Node | null =>
  isAlias(value) || isMap(value) || isSeq(value) || isScalar(value) ? value : null;

/** `<<` takes a map or a list of maps. */
const mergedEntries = (node: YamlNode): readonly YamlEntry[] => {
  if (node.kind === "map") return node.entries;
  if (node.kind === "sequence") return node.items.flatMap((item) => (item.kind === "map" ? item.entries : []));
  return [];
};

/** What is open when the text ends is reported once per level; an open quote explains everything after it. */
const withoutEchoes = (errors: readonly YAMLParseError[]): readonly YAMLParseError[] => {
  const quote = errors.find(({ code, message }) => code === "MISSING_CHAR" && /quote/.test(message));
  if (quote !== undefined) return [quote];
  const places = new Set<number>();
  return errors.filter(({ pos: [at] }) => !places.has(at) && places.add(at));
};

/** The parser reports what is never closed at the end of the text; the author wants to see where it was opened. */
const openedAt = (document: Document.Parsed, code: string, end: number): number | null => {
  if (code !== "MISSING_CHAR" && code !== "BAD_INDENT") return null;
  let found: number | null = null;
  visit(document, {
    Node: (_key, node) => {
      const quoted = isScalar(node) && (node.type === "QUOTE_DOUBLE" || node.type === "QUOTE_SINGLE");
      const bracket = (isMap(node) || isSeq(node)) && node.flow === true;
      if ((quoted || bracket) && node.range?.[1] === end) found = node.range[0];
    },
  });
  return found;
};

const shorten = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

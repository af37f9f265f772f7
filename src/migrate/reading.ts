import { didYouMean } from "../base/suggest.ts";
import { compileCel } from "../cel/compile.ts";
import { celDiagnostics } from "../cel/report.ts";
import { vocabulary } from "../cel/vocabulary.ts";
import type { ArgsOf, Code } from "../diagnostics/codes.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { located } from "../diagnostics/origin.ts";
import type { Rate, Target } from "../policy/types.ts";
import { parseEndpoint } from "../policy/values/endpoint.ts";
import { isAttributeName, isHeaderName, isName } from "../policy/values/name.ts";
import { maxLiteral } from "../policy/values/source.ts";
import type { YamlNode } from "../policy/yaml-node.ts";
import type { Ledger, Note } from "./ledger.ts";
import type { Manifest } from "./manifests.ts";
import type { Cited, SketchProvider, SketchSource } from "./sketch.ts";
import { templateUnder } from "./templates.ts";
import { at, childrenOf, numberOf, wordOf } from "./tree.ts";

export type MigrateOptions = {
  /** Targets for what says none of its own. */
  readonly targets: readonly Target[];
  /** Namespace of manifests without one. */
  readonly namespace: string;
};

/** What a reader of one manifest works with. */
export type Reading = {
  readonly manifest: Manifest;
  readonly all: readonly Manifest[];
  readonly ledger: Ledger;
  readonly options: MigrateOptions;
  readonly report: <C extends Code>(code: C, args: ArgsOf<C>, node: YamlNode) => void;
  readonly cite: <T>(value: T, node: YamlNode, more?: Partial<Pick<Cited<T>, "how" | "why" | "otherwise">>) => Cited<T>;
  readonly note: (node: YamlNode | null, note: Note) => void;
  /** Findings of other readers. */
  readonly found: (diagnostics: readonly Diagnostic[]) => void;
  /** The node's own text, moved to the left. */
  readonly text: (node: YamlNode) => string;
};

export const newReading = (
  manifest: Manifest,
  all: readonly Manifest[],
  ledger: Ledger,
  options: MigrateOptions,
  sources: ReadonlyMap<string, string>,
  found: Diagnostic[],
): Reading => ({
  manifest,
  all,
  ledger,
  options,
  report: (code, args, node) => {
    found.push(diagnostic(code, args, node.span));
  },
  cite: (value, node, more = {}) => ({ value, node, file: node.span.file, how: "carried", ...more }),
  note: ledger.note,
  found: (diagnostics) => {
    found.push(...diagnostics);
  },
  text: (node) => {
    const source = sources.get(manifest.file) ?? "";
    const start = source.lastIndexOf("\n", node.span.start - 1) + 1;
    const column = node.span.start - start;
    return source
      .slice(node.span.start, node.span.end)
      .split("\n")
      .map((line, index) => (index === 0 ? line : line.slice(Math.min(column, line.search(/\S|$/)))))
      .join("\n")
      .trimEnd();
  },
});

/** A value that the manifest itself must not have: reported, and the field is lost. */
export const wrong = (reading: Reading, node: YamlNode, problem: string, remedy: string): null => {
  const value = wordOf(node) ?? "a block";
  const template = templateUnder(node, reading.manifest.templates);
  if (template === null) reading.report("TP6004", { value: value.slice(0, 60), problem, remedy }, node);
  const why = template === null ? `not valid: it ${problem}` : `what it says is in the template ${template}`;
  reading.note(node, { outcome: "lost", why });
  return null;
};

export const unrelated = (reading: Reading, node: YamlNode | null, why: string): void =>
  reading.note(node, { outcome: "unrelated", why });

/** What only the proxy can do, with its own words as the snippet. */
export const keepNative = (reading: Reading, node: YamlNode | null, why: string, snippet?: string): void => {
  if (node !== null) reading.note(node, { outcome: "dataPlane", why, snippet: snippet ?? reading.text(node) });
};

export const lost = (reading: Reading, node: YamlNode | null, why: string): void =>
  reading.note(node, { outcome: "lost", why });

/** Headers and the like of an exporter: never repeated, and never carried. */
export const lostSecret = (reading: Reading, node: YamlNode | null): void =>
  reading.note(node, {
    outcome: "lost",
    why: "headers of an exporter may be credentials, which never belong into a policy: put them into the platform's own exporter",
    secret: true,
  });

/** Fields of a block that the reader does not know: likely misspelt. */
export const unknownFields = (reading: Reading, node: YamlNode | null, known: readonly string[]): void => {
  if (node?.kind !== "map") return;
  for (const { key, value } of node.entries) {
    if (known.includes(key)) continue;
    lost(reading, value, `${reading.manifest.kind} has no such field that this tool knows${didYouMean(key, known)}`);
  }
};

/** A percentage with up to two decimals, as an exact fraction. */
export const percentRate = (percent: number): Rate | null => {
  const text = String(percent);
  const [, whole = "0", part = ""] = /^(\d+)(?:\.(\d{1,6}))?$/.exec(text) ?? [];
  if (!/^\d+(\.\d{1,6})?$/.test(text) || percent > 100) return null;
  const denominator = 100 * 10 ** part.length;
  return { numerator: Number(whole + part), denominator };
};

/** A probability from 0 to 1, as an exact fraction. */
export const shareRate = (share: number): Rate | null => {
  const text = String(share);
  const [, part = ""] = /^[01](?:\.(\d{1,8}))?$/.exec(text) ?? [];
  if (!/^[01](?:\.\d{1,8})?$/.test(text) || share > 1) return null;
  const digits = Math.max(part.length, 2);
  return { numerator: Math.round(share * 10 ** digits), denominator: 10 ** digits };
};

/** `{numerator, denominator}`, default 100. */
export const fractionRate = (reading: Reading, node: YamlNode): Cited<Rate> | null => {
  const numerator = numberOf(at(node, "numerator"));
  const denominator = at(node, "denominator") === null ? 100 : numberOf(at(node, "denominator"));
  const isWhole = (n: number | null): n is number => n !== null && Number.isInteger(n) && n >= 0 && n <= 2 ** 31 - 1;
  if (!isWhole(numerator) || !isWhole(denominator) || denominator < 1 || numerator > denominator)
    return wrong(
      reading,
      node,
      "is no fraction from 0 to 1",
      "write a whole numerator that is not above its denominator",
    );
  return reading.cite({ numerator, denominator }, node);
};

/** A host and a port as a provider. A Service of the cluster becomes a reference to it. */
export const providerAt = (host: string, port: number): SketchProvider => {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?\.?$/.exec(host) ?? [];
  return name === undefined || namespace === undefined
    ? { kind: "endpoint", endpoint: `${host}:${port}` }
    : { kind: "service", name, namespace, port };
};

/** An OTLP/HTTP URL: the signal's own path is added by the exporter. Null, with a note, where it is none. */
export const providerOfUrl = (
  reading: Reading,
  node: YamlNode,
  signal: "traces" | "metrics" | "logs",
): Cited<SketchProvider> | null => {
  const url = wordOf(node) ?? "";
  const without = url.replace(new RegExp(`/v1/${signal}/?$`), "");
  const parsed = parseEndpoint(without);
  if ("problem" in parsed) return wrong(reading, node, parsed.problem, parsed.remedy);
  if (isLocal(parsed.host)) {
    lost(
      reading,
      node,
      `${parsed.host} is the proxy's own machine; the agent exports from another one, so its default sink is used`,
    );
    return null;
  }
  const path = without === url ? {} : { why: `/v1/${signal} is added by the exporter` };
  if (parsed.transport === "grpc") return reading.cite(providerAt(parsed.host, parsed.port ?? 4317), node, path);
  return reading.cite({ kind: "endpoint", endpoint: parsed.url }, node, {
    ...path,
    how: without === url ? "carried" : "changed",
  });
};

export const isLocal = (host: string): boolean => /^(?:localhost|127\.\d+\.\d+\.\d+|::1|0\.0\.0\.0)$/.test(host);

/** `backendRef` or `backendRefs[0]`: a Service. */
export const backendOf = (reading: Reading, node: YamlNode): Cited<SketchProvider> | null => {
  const kind = wordOf(at(node, "kind")) ?? "Service";
  const group = wordOf(at(node, "group")) ?? "";
  const name = wordOf(at(node, "name"));
  const port = numberOf(at(node, "port"));
  if (kind !== "Service" || group !== "") {
    lost(
      reading,
      node,
      `a provider is a Service, not ${group === "" ? kind : `${group} ${kind}`}; the platform's default sink is used`,
    );
    return null;
  }
  if (name === null || !isName(name, "label") || port === null)
    return wrong(reading, node, "has no name and port of a Service", "write name, namespace and port");
  const own = wordOf(at(node, "namespace"));
  if (own === null && reading.manifest.isNamespaceUnknown) {
    lost(reading, node, "its namespace is the manifest's, which is not known");
    return null;
  }
  return reading.cite({ kind: "service", name, namespace: own ?? reading.manifest.namespace, port }, node);
};

/** Why a name cannot be that of an attribute or dimension; null where it can. */
export const nameProblem = (name: string, what: "attribute" | "dimension"): string | null => {
  if (name.length === 0 || name.length > 256) return "a name has 1 to 256 characters";
  if (!isAttributeName(name)) return "a name has letters, digits and _ . : / - only";
  if (/^otel[._]policy(?:[._:/-]|$)/i.test(name)) return "names that start with otel_policy route and count records";
  if (what === "dimension" && /^(?:le|quantile|job|instance|__.*)$/.test(name))
    return "Prometheus itself uses that label";
  return null;
};

export const literalProblem = (text: string): string | null =>
  text.length > maxLiteral ? `a literal has at most ${maxLiteral} characters` : null;

/** A CEL expression that reads one value: a header, a literal, or an attribute that telemetry has. */
export const celSource = (expression: string): SketchSource | null => {
  const text = expression.trim();
  const [, , header] = /^request\.headers\[\s*(["'])([^"'\\]+)\1\s*\]$/.exec(text) ?? [];
  if (header !== undefined) return isHeaderName(header) ? { from: "header", name: header.toLowerCase() } : null;
  const [, , literal] = /^(["'])([^"'\\]*)\1$/.exec(text) ?? [];
  if (literal !== undefined) return { from: "literal", value: literal };
  const attribute = vocabulary.find(({ name }) => name === text);
  if (attribute === undefined || !("place" in attribute)) return null;
  if (attribute.place.kind === "header") return { from: "header", name: attribute.place.name };
  return attribute.place.kind === "attribute" ? { from: "attribute", key: attribute.place.key } : null;
};

/** Why a condition cannot be decided from access logs; null where it can. */
export const conditionProblem = (expression: string): string | null => {
  if (expression.length > 4096) return "it is longer than 4096 characters";
  const { findings } = compileCel(expression, { signal: "logs", isSecret: () => false });
  const [first] = celDiagnostics(findings, located(expression, { kind: "agent", why: "migrate" }), new Map(), {});
  return first === undefined ? null : first.message;
};

/** Every leaf below gets the same fate, unless one has it already. */
export const forEachUnspoken = (reading: Reading, node: YamlNode | null, note: Note): void => {
  if (node === null || reading.ledger.has(node)) return;
  const spoken = (of: YamlNode): boolean => reading.ledger.has(of) || childrenOf(of).some(([, child]) => spoken(child));
  if (!spoken(node)) {
    reading.note(node, { ...note, weak: true });
    return;
  }
  for (const [, child] of childrenOf(node)) forEachUnspoken(reading, child, note);
};

import { byText } from "../base/order.ts";
import { didYouMean } from "../base/suggest.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import { withAnnotations } from "./annotations.ts";
import type { DialectReader } from "./dialects/dialect.ts";
import { type Metadata, readMetadata } from "./metadata.ts";
import { childOf, entryOf } from "./object.ts";
import { openBlock, type Reader, type Report, shorten } from "./reader.ts";
import { rules } from "./rules/rules.ts";
import type { PolicyId, PolicyOptions, Target, TelemetryPolicy } from "./types.ts";
import type { YamlNode } from "./yaml-node.ts";

/** What can be said of a policy, even when it is not usable. */
export type ReadPolicy = {
  readonly id: PolicyId | null;
  readonly generation: number | null;
  readonly targets: readonly Target[];
  readonly span: Span;
  /** Null when it has an error. */
  readonly policy: TelemetryPolicy | null;
  readonly diagnostics: readonly Diagnostic[];
};

/** Reads one TelemetryPolicy of a known dialect and asks every rule about it. */
export const readPolicy = (root: YamlNode, dialect: DialectReader, options: PolicyOptions): ReadPolicy => {
  const found: Diagnostic[] = [];
  const report: Report = (code, args, at, details) => {
    found.push(diagnostic(code, args, at, details));
  };
  checkTopLevel(root, report);
  const metadata = readMetadata(root, report);
  const id = metadata.name === null ? null : `${metadata.namespace}/${metadata.name}`;
  const { policy, targets } = readSpec(root, dialect, metadata, report);
  if (policy !== null) for (const rule of rules) rule({ policy, options, report });
  return {
    id,
    generation: metadata.generation,
    targets,
    span: metadata.span,
    policy: hasErrors(found) ? null : policy,
    diagnostics: withoutEmptyButMissing(found).map((finding) => ({ ...finding, policy: id })),
  };
};

/** "Missing" says more than "empty" when both are found at one key. */
const withoutEmptyButMissing = (found: readonly Diagnostic[]): readonly Diagnostic[] => {
  const missing = new Set(found.filter(({ code }) => code === "TP2002").map(({ message }) => message.split(" ")[0]));
  return found.filter(({ code, message }) => code !== "TP2005" || !missing.has(message.split(" ")[0]));
};

type ReadSpec = { readonly policy: TelemetryPolicy | null; readonly targets: readonly Target[] };

const nothing: ReadSpec = { policy: null, targets: [] };

const readSpec = (root: YamlNode, dialect: DialectReader, metadata: Metadata, report: Report): ReadSpec => {
  const extensions = new Map<string, Span>();
  const reader: Reader = {
    dialect: dialect.dialect,
    namespace: metadata.namespace,
    report,
    extension: (path, span) => extensions.set(path, span),
  };
  const entry = entryOf(root, "spec");
  if (entry === null || (entry.value.kind === "scalar" && entry.value.value === null)) {
    const example = "spec, with a target and at least one of tracing, metrics and accessLogs";
    report("TP2002", { field: "spec", example }, entry?.keySpan ?? metadata.span);
    return nothing;
  }
  const node = withAnnotations(reader, entry.value, childOf(childOf(root, "metadata"), "annotations"));
  const spec = openBlock(reader, { path: "spec", keySpan: entry.keySpan, node });
  if (spec === null) return nothing;
  const targets = dialect.readTargets(reader, spec);
  const signals = dialect.readSignals(reader, spec);
  const { name, namespace, createdAt, generation, span } = metadata;
  const policy = {
    id: `${namespace}/${name}`,
    namespace,
    name: name ?? "",
    dialect: dialect.dialect,
    createdAt,
    generation,
    span,
    targets,
    ...signals,
    extensions: [...extensions].map(([path, at]) => ({ path, span: at })).sort((a, b) => byText(a.path, b.path)),
  };
  return { policy, targets: targets.map(({ value }) => value) };
};

const topLevel = ["apiVersion", "kind", "metadata", "spec", "status"];

const checkTopLevel = (root: YamlNode, report: Report): void => {
  if (root.kind !== "map") return;
  for (const { key, keySpan } of root.entries) {
    if (topLevel.includes(key)) continue;
    const hint = ["targetRef", "targetRefs", "tracing", "metrics", "accessLogs"].includes(key)
      ? `indent it under spec`
      : `fields here are ${topLevel.join(", ")}`;
    const args = { field: shorten(key), where: "a TelemetryPolicy", suggestion: didYouMean(key, topLevel), hint };
    report("TP2001", args, keySpan);
  }
};

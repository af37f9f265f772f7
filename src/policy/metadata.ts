import type { Span } from "../diagnostics/source.ts";
import { childOf, entryOf } from "./object.ts";
import type { Field, Reader, Report } from "./reader.ts";
import { readName } from "./values/name.ts";
import type { YamlNode } from "./yaml-node.ts";

export type Metadata = {
  readonly namespace: string;
  /** Null when absent or not a name. */
  readonly name: string | null;
  readonly createdAt: string | null;
  readonly generation: number | null;
  /** The name's place, or the nearest there is. */
  readonly span: Span;
};

const rfc3339 =
  /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])[Tt](?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** The few fields of `metadata` that mean something here. An absent namespace is `default`, as for kubectl. */
export const readMetadata = (root: YamlNode, report: Report): Metadata => {
  const entry = entryOf(root, "metadata");
  const metadata = entry?.value ?? null;
  const kindAt = entryOf(root, "kind")?.value.span ?? { ...root.span, end: root.span.start };
  const reader: Reader = { dialect: "draft", namespace: "default", report, extension: () => undefined };
  const nameField = fieldOf(metadata, "name");
  if (nameField === null)
    report(
      "TP2002",
      { field: "metadata.name", example: "metadata: {name: my-policy, namespace: my-team}" },
      entry?.keySpan ?? kindAt,
    );
  const name = readName(reader, nameField, "subdomain");
  const namespace = readName(reader, fieldOf(metadata, "namespace"), "label");
  return {
    namespace: namespace?.value ?? "default",
    name: name?.value ?? null,
    createdAt: readTime(metadata, report),
    generation: readGeneration(metadata),
    span: nameField?.node.span ?? entry?.keySpan ?? kindAt,
  };
};

const fieldOf = (metadata: YamlNode | null, name: string): Field | null => {
  const entry = entryOf(metadata, name);
  if (entry === null || (entry.value.kind === "scalar" && entry.value.value === null)) return null;
  return { path: `metadata.${name}`, keySpan: entry.keySpan, node: entry.value };
};

/** `kubectl get -o yaml` writes a time, `kubectl create --dry-run` writes null. */
const readTime = (metadata: YamlNode | null, report: Report): string | null => {
  const node = childOf(metadata, "creationTimestamp");
  if (node === null || (node.kind === "scalar" && node.value === null)) return null;
  const text = node.kind === "scalar" ? String(node.value) : "";
  if (rfc3339.test(text) && !Number.isNaN(Date.parse(text))) return text;
  report("TP2012", { value: text.slice(0, 60) }, node.span);
  return null;
};

const readGeneration = (metadata: YamlNode | null): number | null => {
  const node = childOf(metadata, "generation");
  return node?.kind === "scalar" && typeof node.value === "number" && Number.isInteger(node.value) ? node.value : null;
};

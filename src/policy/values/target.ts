import { didYouMean } from "../../base/suggest.ts";
import { type Located, located } from "../../diagnostics/origin.ts";
import { type Block, type Field, openBlock, originOf, type Reader, readText, shorten } from "../reader.ts";
import type { Target } from "../types.ts";
import { readName } from "./name.ts";

const groups = { Gateway: "gateway.networking.k8s.io", Namespace: "" } as const;

/** One `{group, kind, name, namespace?}`. A Gateway without namespace is in the policy's own. */
export const readTarget = (reader: Reader, field: Field): Located<Target> | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const kind = required(reader, block, "kind", "kind: Gateway", 1);
  const group = required(reader, block, "group", "group: gateway.networking.k8s.io", 0);
  const nameField = block.get("name");
  if (nameField === null) missing(reader, block, "name", "name: my-gateway");
  const name = readName(reader, nameField, "subdomain");
  const namespace = readName(reader, block.get("namespace"), "label");
  if (kind === null) return null;
  if (kind.value !== "Gateway" && kind.value !== "Namespace") {
    const suggestion = didYouMean(kind.value, ["Gateway", "Namespace"]);
    reader.report("TP2202", { kind: shorten(kind.value), suggestion }, spanAt(block, "kind"));
    return null;
  }
  const expected = groups[kind.value];
  if (group !== null && group.value !== expected) {
    reader.report("TP2203", { kind: kind.value, group: shorten(group.value), expected }, spanAt(block, "group"));
    return null;
  }
  if (group === null || name === null) return null;
  const origin = originOf(nameField ?? field);
  if (kind.value === "Gateway")
    return located({ kind: "Gateway", namespace: namespace?.value ?? reader.namespace, name: name.value }, origin);
  if (namespace !== null) {
    reader.report("TP2204", { namespace: namespace.value }, spanAt(block, "namespace"));
    return null;
  }
  return located({ kind: "Namespace", namespace: name.value, name: name.value }, origin);
};

const required = (reader: Reader, block: Block, name: string, example: string, min: number): Located<string> | null => {
  const field = block.get(name);
  if (field === null) missing(reader, block, name, example);
  return readText(reader, field, min, 253);
};

const missing = (reader: Reader, block: Block, name: string, example: string): void =>
  reader.report("TP2002", { field: `${block.path}.${name}`, example }, block.span);

const spanAt = (block: Block, name: string) => block.get(name)?.node.span ?? block.span;

import { childOf, textOf } from "./object.ts";
import type { ContextObject } from "./types.ts";
import type { YamlNode } from "./yaml.ts";

type Kind = ContextObject["kind"];

/** Which group each kind must be in: Istio, too, has a Gateway. */
const groups: { readonly [kind in Kind]: readonly string[] } = {
  Gateway: ["gateway.networking.k8s.io"],
  HTTPRoute: ["gateway.networking.k8s.io"],
  ReferenceGrant: ["gateway.networking.k8s.io"],
  Namespace: [""],
  Service: [""],
  InferencePool: ["inference.networking.k8s.io", "inference.networking.x-k8s.io"],
};

export const contextKind = (apiVersion: string, kind: string): Kind | null => {
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const known = (Object.keys(groups) as Kind[]).find((candidate) => candidate === kind);
  return known !== undefined && groups[known].includes(group) ? known : null;
};

/** An object that helps to resolve targets; null when it has no name. Its other fields are not judged here. */
export const readContext = (kind: Kind, object: YamlNode): ContextObject | null => {
  const metadata = childOf(object, "metadata");
  const nameNode = childOf(metadata, "name");
  const name = textOf(nameNode);
  if (nameNode === null || name === null) return null;
  const namespace = kind === "Namespace" ? name : (textOf(childOf(metadata, "namespace")) ?? "default");
  const span = nameNode.span;
  if (kind !== "ReferenceGrant") return { kind, namespace, name, span };
  const spec = childOf(object, "spec");
  const from = entriesOf(spec, "from").map((entry) => ({
    group: textOf(childOf(entry, "group")) ?? "",
    kind: textOf(childOf(entry, "kind")) ?? "",
    namespace: textOf(childOf(entry, "namespace")) ?? "",
  }));
  const to = entriesOf(spec, "to").map((entry) => ({
    group: textOf(childOf(entry, "group")) ?? "",
    kind: textOf(childOf(entry, "kind")) ?? "",
    name: textOf(childOf(entry, "name")),
  }));
  return { kind, namespace, name, span, from, to };
};

const entriesOf = (spec: YamlNode | null, name: string): readonly YamlNode[] => {
  const list = childOf(spec, name);
  return list?.kind === "sequence" ? list.items : [];
};

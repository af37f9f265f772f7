import { childOf, textOf } from "./object.ts";
import type { ContextObject } from "./types.ts";
import type { YamlNode } from "./yaml-node.ts";

type Kind = ContextObject["kind"];

/** Which group each kind must be in: Istio, too, has a Gateway. */
const groups: { readonly [kind in Kind]: readonly string[] } = {
  Gateway: ["gateway.networking.k8s.io"],
  HTTPRoute: ["gateway.networking.k8s.io"],
  ReferenceGrant: ["gateway.networking.k8s.io"],
  Namespace: [""],
  Service: [""],
  GatewayClass: ["gateway.networking.k8s.io"],
  EnvoyProxy: ["gateway.envoyproxy.io"],
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
  const spec = childOf(object, "spec");
  if (kind === "GatewayClass") return { kind, namespace: "", name, span, parameters: envoyProxyOf(spec) };
  if (kind === "EnvoyProxy") {
    const merging = childOf(spec, "mergeGateways");
    const isOn = merging?.kind === "scalar" && merging.value === true;
    return { kind, namespace, name, span, merges: isOn ? merging.span : null };
  }
  if (kind !== "ReferenceGrant") {
    const className = kind === "Gateway" ? textOf(childOf(spec, "gatewayClassName")) : null;
    return { kind, namespace, name, span, ...(className === null ? {} : { className }) };
  }
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

/** The EnvoyProxy that a class's `parametersRef` names. */
const envoyProxyOf = (spec: YamlNode | null): { readonly namespace: string; readonly name: string } | null => {
  const reference = childOf(spec, "parametersRef");
  const [kind, namespace, name] = ["kind", "namespace", "name"].map((field) => textOf(childOf(reference, field)));
  return kind === "EnvoyProxy" && typeof namespace === "string" && typeof name === "string"
    ? { namespace, name }
    : null;
};

const entriesOf = (spec: YamlNode | null, name: string): readonly YamlNode[] => {
  const list = childOf(spec, name);
  return list?.kind === "sequence" ? list.items : [];
};

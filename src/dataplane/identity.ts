import type { DataPlaneProfile, IdentitySource, Signal } from "./profile.ts";

/** Our own keys, set by whoever owns the platform: no convention names Gateways yet. Every profile takes them first. */
export const said: IdentitySource = {
  kind: "gatewayPair",
  name: "k8s.gateway.name",
  namespace: "k8s.gateway.namespace",
};

/** Pod labels as the k8s_attributes processor writes them: the convention's spelling, and the one before it. */
const podLabel = (label: string): readonly string[] => [`k8s.pod.label.${label}`, `k8s.pod.labels.${label}`];

/** GEP-1762: pods of a generated Gateway carry its name; they run in its namespace. */
export const gatewayNameLabel: readonly IdentitySource[] = podLabel("gateway.networking.k8s.io/gateway-name").map(
  (name) => ({ kind: "gatewayPair", name, namespace: "k8s.namespace.name" }),
);

/** Two labels of the proxy's pod, for planes whose proxies run elsewhere than their Gateway. */
export const labelPair = (name: string, namespace: string): readonly IdentitySource[] =>
  podLabel(name).map((key, index) => ({
    kind: "gatewayPair",
    name: key,
    namespace: podLabel(namespace)[index] ?? namespace,
  }));

/** The workload's namespace, from k8s_attributes, a scrape's service discovery or the sender itself. */
export const workloadNamespace: IdentitySource = { kind: "namespace", key: "k8s.namespace.name" };

/** Whether records of a signal can be told by this kind of target at all. */
export const names = (profile: DataPlaneProfile, signal: Signal, kind: "Gateway" | "Namespace"): boolean =>
  profile.identify[signal].some(
    (source) => (source.kind === "namespace" || source.kind === "recordNamespace") === (kind === "Namespace"),
  );

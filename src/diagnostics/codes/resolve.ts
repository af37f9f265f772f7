import { row } from "../code-table.ts";

/** TP3xxx: policies among each other, and the objects they attach to. Targets are named as `Gateway prod/edge` or `Namespace prod`. */
export const resolveCodes = {
  TP3001: row<{ target: string; winner: string; decided: string; others: number }>({
    severity: "error",
    title: "target already governed",
    message: ({ target, winner, decided, others }) =>
      `${target} is already governed by policy ${winner}${others === 0 ? "" : ` (and ${others} more of its targets by others)`}: ${decided}`,
    why: "one policy governs a target (GEP-713); a policy that loses one target is conflicted as a whole, policies are never merged",
    fix: ({ winner }) => `merge this policy into ${winner}, or point it at other targets`,
  }),
  TP3002: row<{ target: string; known: string }>({
    severity: "error",
    title: "target not found",
    message: ({ target, known }) => `there is no ${target} among the objects that were read${known}`,
    why: "a policy for a target that does not exist governs nothing",
    fix: "correct the name, or add the manifest of the target to the policy folder",
  }),
  TP3003: row<{ target: string; namespace: string; targetNamespace: string }>({
    severity: "error",
    title: "target in another namespace not permitted",
    message: ({ target, namespace, targetNamespace }) =>
      `a policy in namespace ${namespace} may not attach to ${target}: no ReferenceGrant in ${targetNamespace} permits it`,
    why: "whoever owns a namespace decides who may watch its traffic",
    fix: ({ namespace, targetNamespace }) =>
      `move the policy to ${targetNamespace}, or add a ReferenceGrant there from TelemetryPolicy in ${namespace} to Gateway`,
  }),
  TP3004: row<{ target: string; namespace: string; root: string | null }>({
    severity: "error",
    title: "Namespace target not permitted",
    message: ({ target, namespace, root }) =>
      `a policy in namespace ${namespace} may not attach to ${target}: ${root === null ? "no root namespace is set" : `only policies in the root namespace ${root} may attach to others`}`,
    why: "a namespaced author owns the telemetry of that namespace and of no other",
    fix: ({ target, root }) =>
      `target the policy's own namespace, move the policy to ${target.replace("Namespace ", "")}${root === null ? ", or start with --root-namespace for the platform's own policies" : ` or to ${root}`}`,
  }),
  TP3005: row<{ target: string; kind: string }>({
    severity: "info",
    title: "target taken on trust",
    message: ({ target, kind }) => `${target} is taken on trust: no ${kind} object is among the files that were read`,
    why: "with the objects at hand, a mistyped target is found before it silently governs nothing",
    fix: ({ kind }) => `nothing needs to change; add ${kind} manifests to the policy folder to have targets checked`,
  }),
  TP3006: row<{ service: string; namespace: string; serviceNamespace: string }>({
    severity: "error",
    title: "backend in another namespace not permitted",
    message: ({ service, namespace, serviceNamespace }) =>
      `a policy in namespace ${namespace} may not send to Service ${service}: no ReferenceGrant in ${serviceNamespace} permits it`,
    why: "whoever owns a Service decides who may send to it by reference",
    fix: ({ namespace, serviceNamespace }) =>
      `add a ReferenceGrant in ${serviceNamespace} from TelemetryPolicy in ${namespace} to Service, or use a Service of ${namespace}`,
  }),
  TP3007: row<{ service: string; known: string }>({
    severity: "warning",
    title: "backend not found",
    message: ({ service, known }) => `there is no Service ${service} among the objects that were read${known}`,
    why: "telemetry for a backend that does not exist is retried, and lost when the queue is full",
    fix: "correct the name, or add the manifest of the Service to the policy folder",
  }),
  TP3008: row<{
    namespace: string;
    over: readonly { readonly budget: string; readonly wanted: number; readonly limit: number }[];
  }>({
    severity: "error",
    title: "namespace over its budget",
    message: ({ namespace, over }) =>
      `the budget of namespace ${namespace} has no room for this policy: it would be ${over.map(({ budget, wanted, limit }) => `${wanted} of ${limit} ${budgetWords[budget] ?? budget}`).join(", ")}`,
    why: "all namespaces share one Collector, so each has a budget; its policies are served oldest first, then by name, and those that no longer fit govern nothing",
    fix: ({ namespace, over }) =>
      `remove or shrink policies of ${namespace}, or have the platform raise it: ${over.map(({ budget, wanted }) => `--namespace-budget ${namespace}/${budget}=${wanted}`).join(" ")}`,
  }),
  TP3009: row<{ target: string; proxy: string; className: string | null }>({
    severity: "warning",
    title: "merged Gateways",
    message: ({ target, proxy, className }) =>
      className === null
        ? `a policy on ${target} cannot be enforced if EnvoyProxy ${proxy} sets up its proxies: they serve merged Gateways`
        : `a policy on ${target} cannot be enforced: EnvoyProxy ${proxy} merges all Gateways of class ${className}`,
    why: "with mergeGateways one Envoy serves all Gateways of a class, and its telemetry names only the class",
    fix: "turn mergeGateways off, or give the Gateway a class of its own",
  }),
} as const;

const budgetWords: { readonly [budget: string]: string } = {
  dimensions: "added dimensions",
  "config-bytes": "bytes of config",
  regex: "instructions of regular expressions",
};

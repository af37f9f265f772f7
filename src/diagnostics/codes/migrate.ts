import { row } from "../code-table.ts";

/** TP6xxx: what stands in the way of migrating native manifests. */
export const migrateCodes = {
  TP6001: row<{ where: string }>({
    severity: "warning",
    title: "nothing to migrate",
    message: ({ where }) => `no telemetry manifest of a known data plane found in ${where}`,
    why: "Istio, Envoy Gateway, Envoy AI Gateway, Kong, Kuadrant, GKE, agentgateway and TelemetryPolicy manifests are recognised by apiVersion and kind",
    fix: "name the files that hold them; rendered charts work, charts do not",
  }),
  TP6002: row<{ template: string; count: number }>({
    severity: "warning",
    title: "template expression",
    message: ({ template, count }) =>
      `${template.slice(0, 60)} is a template expression${count === 1 ? "" : `, the first of ${count} in this file`}; what depends on it is left out`,
    why: "its value is known only once the template is rendered, and none is made up",
    fix: "render first (helm template, envsubst) and migrate the result",
  }),
  TP6003: row<{ object: string; wanted: string }>({
    severity: "error",
    title: "no target",
    message: ({ object, wanted }) => `${object} says no Gateway or Namespace that a policy could attach to: ${wanted}`,
    why: "a policy without a target governs nothing, and a made-up one could govern the wrong traffic",
    fix: "name it with --target Gateway/NAMESPACE/NAME or --target Namespace/NAME, or add the Gateway's manifest",
  }),
  TP6004: row<{ value: string; problem: string; remedy: string }>({
    severity: "error",
    title: "invalid field in a manifest",
    message: ({ value, problem }) => `"${value}" ${problem}`,
    why: "the data plane's own API would refuse it, so what was meant is not known",
    fix: ({ remedy }) => remedy,
  }),
  TP6005: row<{ object: string; other: string; signal: string; target: string }>({
    severity: "warning",
    title: "two manifests for one target",
    message: ({ object, other, signal, target }) =>
      `${object} configures ${signal} of ${target}, as ${other} does; only the latter is carried`,
    why: "one policy governs a target as a whole, and two opinions on one signal cannot both hold",
    fix: "merge the two by hand, or remove the one that is not meant",
  }),
  TP6006: row<{ target: string }>({
    severity: "warning",
    title: "target cannot be told apart",
    message: ({ target }) => `telemetry of ${target} does not name its Gateway: its proxies serve merged Gateways`,
    why: "with mergeGateways one Envoy serves all Gateways of a class, and its telemetry names only the class",
    fix: "turn mergeGateways off, or give the Gateway a class of its own",
  }),
  TP6007: row<{ policy: string; problem: string }>({
    severity: "error",
    title: "policy left out",
    message: ({ policy, problem }) => `policy ${policy} is left out, since it would not be valid: ${problem}`,
    why: "what migrate writes always passes validate",
    fix: "correct the field in the manifest",
  }),
  TP6008: row<{ object: string; plane: string; what: string }>({
    severity: "warning",
    title: "not said in that data plane",
    message: ({ object, plane, what }) => `${plane} has no way to say ${what} of ${object}`,
    why: "what a data plane cannot do stays with the agent",
    fix: "keep the policy, and let the proxy send everything: otel-policy explain TARGET --native",
  }),
} as const;

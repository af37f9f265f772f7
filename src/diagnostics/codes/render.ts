import { row } from "../code-table.ts";

/** TP4xxx: what the plan or the Collector cannot do. */
export const renderCodes = {
  TP4001: row<{ field: string; reason: string; remedy: string }>({
    severity: "warning",
    title: "field not enforceable here",
    message: ({ field, reason }) => `${field} cannot be enforced by a Collector: ${reason}`,
    why: "a Collector sees telemetry after the proxy made it; what the proxy alone decides stays with the proxy",
    fix: ({ remedy }) => remedy,
  }),
  TP4002: row<{ component: string; needs: string }>({
    severity: "error",
    title: "component absent from this Collector",
    message: ({ component, needs }) => `this Collector has no ${component}, which ${needs} needs`,
    why: "a config that names an unknown component does not start",
    fix: "use an otelcol-contrib build that has it (--collector), or remove the field",
  }),
  TP4003: row<{ id: string }>({
    severity: "error",
    title: "name taken by the base config",
    message: ({ id }) => `the base config already defines ${id}, a name this tool generates`,
    why: "policies are grafted into the base config and must never overwrite what its owner wrote",
    fix: ({ id }) => `rename ${id} in the base config; names that contain "otel_policy" are reserved`,
  }),
  TP4004: row<{ reason: string }>({
    severity: "error",
    title: "base config unusable",
    message: ({ reason }) => `the base config cannot be used: ${reason}`,
    why: "the base config says where telemetry arrives and where it goes when no policy governs it",
    fix: "start from templates/collector/base.yaml, or pass a config that otelcol-contrib itself accepts",
  }),
  TP4005: row<{ metric: string; known: string }>({
    severity: "warning",
    title: "unknown metric family",
    message: ({ metric, known }) => `no metric family is known as "${metric}"${known}`,
    why: "an override of a family that nobody emits changes nothing",
    fix: "use request_count, request_duration, or the exact name of a metric that your data plane sends",
  }),
  TP4006: row<{ field: string; known: string }>({
    severity: "warning",
    title: "unknown access-log field",
    message: ({ field, known }) => `"${field}" is no access-log field known here; it is read as a header or attribute of that name${known}`,
    why: "a mistyped field is written as null in every line",
    fix: "use a canonical name (start_time, response_code, …), or the name of a header",
  }),
  TP4007: row<{ key: string; header: string }>({
    severity: "warning",
    title: "unbounded dimension",
    message: ({ key, header }) => `dimension "${key}" reads ${header}, which has a new value for almost every request`,
    why: "each value makes a new time series; a Prometheus server falls over long before telemetry does",
    fix: "use a source with few values, or put the value on spans and access logs instead",
  }),
  TP4008: row<{ what: string }>({
    severity: "error",
    title: "pipeline order not proven",
    message: ({ what }) => `the planned pipelines break an order that must hold: ${what}`,
    why: "metrics are derived before any sampler, redaction comes before every exporter",
    fix: "this is a bug of otel-policy; please report it with the policy",
  }),
  TP4009: row<{ wanted: string; have: string }>({
    severity: "error",
    title: "Collector too old",
    message: ({ wanted, have }) => `Collector ${have} is older than ${wanted}, the oldest this tool renders for`,
    why: "older Collectors lack components and names that the rendered config uses",
    fix: ({ wanted }) => `use otelcol-contrib ${wanted} or newer`,
  }),
} as const;

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
    message: ({ field, known }) =>
      `"${field}" is no access-log field known here; it is read as a header or attribute of that name${known}`,
    why: "a mistyped field is written as null in every line",
    fix: "use a canonical name (start_time, response_code, …), or the name of a header",
  }),
  TP4007: row<{ key: string; header: string }>({
    severity: "warning",
    title: "unbounded dimension",
    message: ({ key, header }) =>
      `dimension "${key}" reads ${header}, which has as many values as there are requests or callers`,
    why: "the first values up to the limit of the dimension take all its series, and nearly everything counts as other",
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
  TP4010: row<{ field: string; header: string; remedy: string }>({
    severity: "info",
    title: "needs the proxy to send a header",
    message: ({ field, header }) =>
      `${field} reads header "${header}", which takes effect only where the proxy sends it`,
    why: "a Collector sees no request, only what the proxy writes about it; records without the header go without the value",
    fix: ({ remedy }) => remedy,
  }),
  TP4011: row<{ metric: string; type: string; is: string }>({
    severity: "warning",
    title: "metric is of another type",
    message: ({ metric, type, is }) => `metric "${metric}" is a ${is}, not a ${type}`,
    why: "the type of a family is fixed by what it measures; a query written for another type would not work",
    fix: ({ is }) => `write type: ${is}, or leave the field out`,
  }),
  TP4012: row<{ receiver: string }>({
    severity: "info",
    title: "base config has no receiver for a signal",
    message: ({ receiver }) =>
      `no pipeline of the base config receives ${receiver}, so policies have nothing to govern there`,
    why: "policies are grafted onto the receivers of the base config; they add none of their own",
    fix: ({ receiver }) => `add a ${receiver} pipeline with an otlp receiver to the base config`,
  }),
  TP4013: row<{ field: string; header: string }>({
    severity: "warning",
    title: "credentials are never read",
    message: ({ field, header }) =>
      `${field} would copy header "${header}", which carries credentials, so it is left out`,
    why: "telemetry is read by far more people than may know a credential",
    fix: "name a header that identifies without authorising, such as a team or tenant id",
  }),
  TP4014: row<{ name: string; planes: readonly string[] }>({
    severity: "warning",
    title: "condition on what is never sent",
    message: ({ name, planes }) => `the condition reads ${name}, which no access log of ${planes.join(" or ")} says`,
    why: "a Collector sees only what the proxy writes; a record on which a condition is undecided does not match",
    fix: "ask for a value that this data plane sends, or for a header that it is told to log",
  }),
  TP4015: row<{ name: string; planes: readonly string[] }>({
    severity: "info",
    title: "condition on what not every data plane sends",
    message: ({ name, planes }) =>
      `the condition reads ${name}, which access logs of ${planes.join(" and ")} do not say`,
    why: "a record on which a condition is undecided does not match; those of the other data planes are decided",
    fix: "nothing needs to change where these data planes do not serve the target",
  }),
  TP4020: row<{ model: string; version: string; known: string }>({
    severity: "warning",
    title: "no price for a model",
    message: ({ model, version, known }) => `no price is known for "${model}" (${version})${known}`,
    why: "calls of a model without a price are counted as unpriced, never as free",
    fix: "write a model, a provider and its model, or a pattern (openai/gpt-5*), or add a price with --prices",
  }),
  TP4021: row<{ field: string; problem: string }>({
    severity: "error",
    title: "price file does not fit",
    message: ({ field, problem }) => `${field} of the price file ${problem}`,
    why: "a price that is only half understood would be charged to somebody; the entry is left out, all others count",
    fix: "write providers as genai-prices does: [{id: openai, models: [{id: gpt-4o, match: {equals: gpt-4o}, prices: {input_mtok: 2.5, output_mtok: 10}}]}]",
  }),
  TP4022: row<{ budget: string; by: string; known: string }>({
    severity: "warning",
    title: "budget by an unknown dimension",
    message: ({ budget, by, known }) =>
      `budget "${budget}" is by ${by}, which costs of this policy do not carry${known}`,
    why: "all calls then share one budget under the name none, and nobody's overspending shows",
    fix: ({ by }) =>
      `add ${by} to metrics.genAI.dimensions, or budget by one of gen_ai.request.model, gen_ai.provider.name, route`,
  }),
  TP4025: row<{ key: string; why: string }>({
    severity: "warning",
    title: "limit holds nowhere",
    message: ({ key, why }) => `the limit of dimension "${key}" holds nowhere: ${why}`,
    why: "a limit that is written and not kept would let series grow unseen",
    fix: "leave the limit out, or put it where metrics are derived with that dimension",
  }),
  TP4030: row<{ policy: string; records: string }>({
    severity: "warning",
    title: "message content is kept",
    message: ({ policy, records }) =>
      `policy ${policy} keeps prompts, answers and arguments of tools in the ${records} of its targets`,
    why: "whoever reads that backend reads what people told a model; by default content leaves no pipeline",
    fix: "remove captureMessageContent, unless everyone who can read the backend may read the content, too",
  }),
  TP4026: row<{ key: string }>({
    severity: "info",
    title: "limit needs the handover topology",
    message: ({ key }) => `the limit of dimension "${key}" is not kept in the single topology`,
    why: "nothing in one Collector remembers which values there were, and nobody tells the agent; only values longer than 128 bytes count as other there",
    fix: "run the agent with --topology handover, where it reads the values and keeps the list",
  }),
} as const;

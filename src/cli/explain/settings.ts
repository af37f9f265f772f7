import { type Located, type Origin, spanOf } from "../../diagnostics/origin.ts";
import { positionOf } from "../../diagnostics/source.ts";
import { leavesOf } from "../../plan/settings.ts";
import { providerText, rateText, sourceText } from "../../policy/setting-text.ts";
import type { AccessLogs, Metrics, TelemetryPolicy, Tracing } from "../../policy/types.ts";

/** One signal's settings: what, which value, from where. */
export type Settings = { readonly title: string; readonly rows: readonly (readonly string[])[] };

type Sources = ReadonlyMap<string, string>;

/** Every setting of a policy with its origin, by signal. */
export const settingsOf = (policy: TelemetryPolicy, sources: Sources): readonly Settings[] => [
  { title: "tracing", rows: policy.tracing === null ? leftAlone : tracing(policy.tracing, sources) },
  { title: "metrics", rows: policy.metrics === null ? leftAlone : metrics(policy.metrics, sources) },
  { title: "accessLogs", rows: policy.accessLogs === null ? leftAlone : accessLogs(policy.accessLogs, sources) },
];

const leftAlone = [["left alone: the policy has no such block, so records go the platform's default way"]];

const rowOf =
  (sources: Sources) =>
  <T>(name: string, setting: Located<T> | null, say: (value: T) => string = String): readonly (readonly string[])[] =>
    setting === null ? [] : [[whereOf(setting.origin, sources), name, say(setting.value), reasonOf(setting.origin)]];

/** The file is that of the policy, which the reader knows: its line is enough. */
const whereOf = (origin: Origin, sources: Sources): string => {
  const span = spanOf(origin);
  const text = span === null ? undefined : sources.get(span.file);
  return span === null || text === undefined ? origin.kind : `line ${positionOf(text, span.start).line}`;
};

const reasonOf = (origin: Origin): string => (origin.kind === "default" ? `(${origin.rule})` : "");

const tracing = (tracing: Tracing, sources: Sources) => {
  const row = rowOf(sources);
  return [
    ...row("mode", tracing.mode),
    ...row("provider", tracing.provider, providerText),
    ...row("root rate", tracing.rootRate, rateText),
    ...row("parent rate", tracing.parentRate, rateText),
    ...tracing.attributes.flatMap(({ name, source }) => row(`attribute ${name.value}`, source, sourceText)),
    ...row("service name", tracing.serviceName),
    ...row("span name", tracing.spanName),
    ...content(row, tracing),
    ...tracing.propagation.flatMap((format) => row("context", format, (value) => `${value} (the proxy's part)`)),
  ];
};

const metrics = (metrics: Metrics, sources: Sources) => {
  const row = rowOf(sources);
  return [
    ...row("mode", metrics.mode),
    ...row("provider", metrics.provider, providerText),
    ...metrics.overrides.flatMap(({ name, disabled, dimensions, limits = [] }) => [
      ...row("override", name, (value) => (disabled.value ? `${value}, disabled` : value)),
      ...dimensions.flatMap(({ key, source }) =>
        source === null ? row("  dimension removed", key) : row(`  dimension ${key.value}`, source, sourceText),
      ),
      ...limits.flatMap(({ key, limit }) =>
        row(`  limit of ${key.value}`, limit, (value) => `${value} values, others count under other`),
      ),
    ]),
    ...leavesOf("genAI", metrics.genAI ?? null).map(([path, { text, origin }]) => [
      whereOf(origin, sources),
      path,
      text,
      reasonOf(origin),
    ]),
  ];
};

const accessLogs = (logs: AccessLogs, sources: Sources) => {
  const row = rowOf(sources);
  return [
    ...row("mode", logs.mode),
    ...row("provider", logs.provider, providerText),
    ...row("format", logs.format),
    ...logs.matches.flatMap(({ path, cel }) => [...row("match path", path), ...row("match cel", cel)]),
    ...(logs.fields ?? []).flatMap((field) => row("field", field)),
    ...content(row, logs),
  ];
};

/** Who keeps what people and models say to each other, and where that is written. */
const content = (row: ReturnType<typeof rowOf>, { captureMessageContent }: Tracing | AccessLogs) =>
  row("message content", captureMessageContent ?? null, (keeps) =>
    keeps ? "KEPT: prompts, answers and arguments of tools leave with the records" : "removed",
  );

import type { Rate } from "../../policy/types.ts";
import { isHeaderName } from "../../policy/values/name.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  keepNative,
  literalProblem,
  lost,
  lostSecret,
  nameProblem,
  providerOfUrl,
  type Reading,
  shareRate,
  unrelated,
  wrong,
} from "../reading.ts";
import { endpointText } from "../say.ts";
import type { Cited, Sketch, SketchSource, SketchTracing } from "../sketch.ts";
import { at, entriesOf, itemsOf, numberOf, switchOf, wordOf } from "../tree.ts";

export type Blocks = Pick<Sketch, "tracing" | "metrics" | "logs">;

const all: Rate = { numerator: 100, denominator: 100 };
const formatNames: { readonly [kong: string]: string } = { w3c: "W3C", b3: "B3", "b3-single": "B3", jaeger: "Jaeger" };
const exporter = "how Kong sends to the agent stays with Kong";
const sampled = "the agent samples now: let Kong send all (sampling rate 1), or the two rates multiply";

/** What Kong injects upstream. The proxy propagates in any case; the draft can at least say which. */
const propagationOf = (reading: Reading, config: YamlNode | null): readonly Cited<string>[] => {
  const block = at(config, "propagation");
  const otherwise = block === null ? "" : reading.text(block);
  const injected = itemsOf(at(block, "inject"));
  const found: Cited<string>[] = [];
  for (const node of injected) {
    const word = wordOf(node) ?? "";
    const name = formatNames[word];
    if (name === undefined) keepNative(reading, node, `Kong propagates ${word}; a policy names W3C, B3 and Jaeger`);
    else if (found.some(({ value }) => value === name)) reading.note(node, { outcome: "carried", why: "said already" });
    else
      found.push(
        reading.cite(name, node, {
          otherwise: found.length === 0 ? `propagation stays in the plugin:\n${otherwise}` : "with the others",
        }),
      );
  }
  for (const field of ["extract", "clear", "default_format"])
    keepNative(reading, at(block, field), "the proxy reads and removes headers before any telemetry is sent");
  const type = at(config, "header_type");
  keepNative(reading, type, "the proxy propagates");
  return found;
};

const literals = (
  reading: Reading,
  node: YamlNode | null,
  why: string,
): readonly Cited<{ name: string; source: SketchSource }>[] =>
  entriesOf(node).flatMap(([name, literal]) => {
    if (/^k8s\.(?:gateway|namespace)\./.test(name)) {
      keepNative(reading, literal, "it names the target, as the agent wants it");
      return [];
    }
    if (name === "service.name") return [];
    const problem = nameProblem(name, "attribute") ?? literalProblem(wordOf(literal) ?? "");
    if (problem !== null) {
      lost(reading, literal, problem);
      return [];
    }
    return [
      reading.cite({ name, source: { from: "literal" as const, value: wordOf(literal) ?? "" } }, literal, {
        how: "changed" as const,
        why,
      }),
    ];
  });

const openTelemetry = (reading: Reading, config: YamlNode | null): Blocks => {
  const traces = at(config, "traces_endpoint") ?? at(config, "endpoint");
  const provider = traces === null ? null : providerOfUrl(reading, traces, "traces");
  const share = at(config, "sampling_rate");
  const number = numberOf(share);
  const rate = number === null ? null : shareRate(number);
  if (share !== null && rate === null) wrong(reading, share, "is no rate from 0 to 1", "write a number from 0 to 1");
  const strategy = at(config, "sampling_strategy");
  const strategies = ["parent_drop_probability_fallback", "parent_probability_fallback"];
  if (strategy !== null && !strategies.includes(wordOf(strategy) ?? ""))
    wrong(reading, strategy, "is no sampling strategy of Kong", `write ${strategies.join(" or ")}`);
  else if (strategy !== null && share === null)
    keepNative(reading, strategy, "without a sampling_rate of its own the plugin samples as kong.conf says");
  const why =
    wordOf(strategy) === "parent_probability_fallback"
      ? "what the parent sampled is kept; what it did not sample Kong decides by the rate, and a policy does not ask"
      : "Kong keeps what the parent sampled";
  const attributes = literals(reading, at(config, "resource_attributes"), "on every span, not on their resource");
  const serviceName = entriesOf(at(config, "resource_attributes")).find(([name]) => name === "service.name")?.[1];
  const propagation = propagationOf(reading, config);
  for (const [, header] of entriesOf(at(config, "headers"))) lostSecret(reading, header);
  const tracing: SketchTracing = {
    ...(provider === null ? {} : { provider }),
    ...(share === null || rate === null
      ? {}
      : {
          rate: reading.cite(rate, share, { how: "changed", why: sampled }),
          ...(rate.numerator === rate.denominator
            ? {}
            : { parent: reading.cite<Rate | null>(all, strategy ?? share, { how: "changed", why }) }),
        }),
    ...(propagation.length === 0 ? {} : { propagation }),
    ...(attributes.length === 0 ? {} : { attributes }),
    ...(serviceName === undefined
      ? {}
      : {
          serviceName: reading.cite(wordOf(serviceName) ?? "", serviceName, {
            how: "changed",
            why: "set by the agent; leave Kong's own name in place, by which its telemetry is recognised",
          }),
        }),
  };
  if (strategy !== null && share !== null && rate !== null && rate.numerator === rate.denominator)
    reading.note(strategy, { outcome: "carried", why: "at 100 % every strategy keeps all" });
  const accessNode = at(config, "access_logs", "endpoint") ?? at(config, "access_logs_endpoint");
  const access = accessNode === null ? null : providerOfUrl(reading, accessNode, "logs");
  keepNative(reading, at(config, "access_logs", "custom_attributes_by_lua"), "Lua runs inside Kong");
  lost(
    reading,
    at(config, "logs_endpoint"),
    "runtime logs are no access logs; let the platform's Collector receive them",
  );
  const metricsNode = at(config, "metrics", "endpoint");
  const metrics = metricsNode === null ? null : providerOfUrl(reading, metricsNode, "metrics");
  for (const [key, value] of entriesOf(at(config, "metrics")))
    if (key !== "endpoint")
      keepNative(
        reading,
        value,
        key === "enable_request_metrics"
          ? "leave it off: the agent derives http.server.request.count under the same name"
          : "which metrics Kong makes is Kong's",
      );
  return {
    tracing,
    ...(accessNode === null
      ? {}
      : {
          logs: {
            enabled: reading.cite(true, accessNode, { how: "changed", why: "an endpoint turns access logs on" }),
            ...(access === null ? {} : { provider: { ...access, value: endpointText(access.value) } }),
          },
        }),
    ...(metricsNode === null
      ? {}
      : {
          metrics: {
            enabled: reading.cite(true, metricsNode, { how: "changed", why: "an endpoint turns metrics on" }),
            ...(metrics === null
              ? {}
              : { provider: { ...metrics, value: { type: "OTLP" as const, endpoint: endpointText(metrics.value) } } }),
          },
        }),
  };
};

const zipkin = (reading: Reading, config: YamlNode | null): Blocks => {
  lost(
    reading,
    at(config, "http_endpoint"),
    "Zipkin is no OTLP backend; the platform's default sink is used, and Kong needs the opentelemetry plugin to reach the agent",
  );
  const ratio = at(config, "sample_ratio");
  const number = numberOf(ratio);
  const rate = number === null ? null : shareRate(number);
  if (ratio !== null && rate === null) wrong(reading, ratio, "is no rate from 0 to 1", "write a number from 0 to 1");
  const tags = itemsOf(at(config, "static_tags")).flatMap((tag) => {
    const name = wordOf(at(tag, "name")) ?? "";
    const literal = wordOf(at(tag, "value")) ?? "";
    const problem = nameProblem(name, "attribute") ?? literalProblem(literal);
    if (problem !== null) {
      lost(reading, tag, problem);
      return [];
    }
    return [reading.cite({ name, source: { from: "literal" as const, value: literal } }, tag)];
  });
  const service = at(config, "local_service_name");
  const propagation = propagationOf(reading, config);
  const tracing: SketchTracing = {
    ...(ratio === null || rate === null
      ? {}
      : {
          rate: reading.cite(rate, ratio, { how: "changed", why: sampled }),
          parent: reading.cite<Rate | null>(all, ratio, { how: "changed", why: "Kong keeps what the parent sampled" }),
        }),
    ...(propagation.length === 0 ? {} : { propagation }),
    ...(tags.length === 0 ? {} : { attributes: tags }),
    ...(service === null ? {} : { serviceName: reading.cite(wordOf(service) ?? "", service) }),
  };
  return { tracing };
};

const prometheus = (reading: Reading, config: YamlNode | null, anchor: YamlNode): Blocks => {
  const ai = at(config, "ai_metrics");
  for (const [key, value] of entriesOf(config)) {
    if (key === "ai_metrics") continue;
    keepNative(
      reading,
      value,
      key === "per_consumer" ? "only Kong knows its consumers" : "which metrics Kong makes is Kong's",
    );
  }
  const why =
    "the policy derives request metrics from Kong's spans, for the platform's Prometheus endpoint; Kong's own are scraped as before";
  if (ai !== null && switchOf(ai) === false)
    reading.note(ai, { outcome: "carried", why: "that is a policy's default" });
  return {
    metrics: {
      enabled: reading.cite(true, anchor, { how: "changed", why }),
      provider: reading.cite({ type: "Prometheus", endpoint: null }, anchor, { how: "changed", why }),
      ...(ai !== null && switchOf(ai) === true
        ? {
            genAI: reading.cite<true>(true, ai, {
              how: "changed",
              why: "token metrics from spans and access logs that carry usage",
            }),
          }
        : {}),
    },
  };
};

/** Log plugins that write elsewhere than OTLP: that there are logs is carried, where they go is not. */
const logSink =
  (what: string) =>
  (reading: Reading, config: YamlNode | null, anchor: YamlNode): Blocks => {
    const path = at(config, "path");
    const isStdout = what === "a file" && wordOf(path) === "/dev/stdout";
    for (const [key, value] of entriesOf(config)) {
      if (key === "path" && isStdout) reading.note(value, { outcome: "changed", why: "the agent's standard output" });
      else if (key === "custom_fields_by_lua") keepNative(reading, value, "Lua runs inside Kong");
      else if (/^(?:http_)?endpoint$|^path$|^host$|^port$|^conf$/.test(key))
        lost(
          reading,
          value,
          `${what} is no OTLP backend, and a policy cannot choose it; the agent's standard output is used`,
        );
      else lost(reading, value, `a setting of ${what}, which a policy cannot choose`);
    }
    return {
      logs: {
        enabled: reading.cite(true, anchor, {
          how: "changed",
          why: "the plugin turns access logs on; Kong Enterprise 3.13 and later send them over OTLP",
        }),
      },
    };
  };

const plugins: { readonly [name: string]: (reading: Reading, config: YamlNode | null, anchor: YamlNode) => Blocks } = {
  opentelemetry: openTelemetry,
  zipkin,
  prometheus,
  "file-log": logSink("a file"),
  "http-log": logSink("an HTTP log server"),
  "tcp-log": logSink("a TCP log server"),
  "udp-log": logSink("a UDP log server"),
  syslog: logSink("syslog"),
  "kafka-log": logSink("Kafka"),
  loggly: logSink("Loggly"),
  datadog: logSink("Datadog's agent"),
  statsd: logSink("StatsD"),
};

export const telemetryPlugins: readonly string[] = Object.keys(plugins);

/** The blocks of a policy that one plugin asks for; null for plugins without telemetry. */
export const readPlugin = (
  reading: Reading,
  name: string,
  config: YamlNode | null,
  anchor: YamlNode,
): Blocks | null => {
  const read = plugins[name];
  if (read === undefined) return null;
  const blocks = read(reading, config, anchor);
  for (const [key, value] of entriesOf(config)) {
    if (reading.ledger.has(value)) continue;
    if (
      /(?:timeout|queue|batch|retry|keepalive|max_body|content_type|flush|http_span_name|phase_duration|header_for_traceid|http_response_header)/.test(
        key,
      )
    )
      keepNative(reading, value, exporter);
    else if (key === "tags_header" || key === "include_credential" || key === "default_service_name")
      keepNative(reading, value, "Kong decides it while it handles the request");
    else if (/header/.test(key) && value.kind === "scalar" && isHeaderName(wordOf(value) ?? ""))
      keepNative(reading, value, "Kong decides it while it handles the request");
  }
  return blocks;
};

export const noTelemetry = (reading: Reading, node: YamlNode, name: string): void =>
  unrelated(reading, node, `plugin ${name} is no telemetry`);

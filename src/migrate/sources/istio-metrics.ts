import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  celSource,
  forEachUnspoken,
  keepNative,
  literalProblem,
  lost,
  nameProblem,
  type Reading,
  unknownFields,
  wrong,
} from "../reading.ts";
import type { Cited, SketchMetrics, SketchOverride, SketchSource } from "../sketch.ts";
import { at, entriesOf, itemsOf, switchOf, wordOf } from "../tree.ts";
import { applies, providersOf, type Scope } from "./istio-scope.ts";

/** Istio's names of metrics → ours, or the family's exact name. `http` ones are what ALL_METRICS means here. */
const metricNames: { readonly [name: string]: string } = {
  REQUEST_COUNT: "request_count",
  REQUEST_DURATION: "request_duration",
  REQUEST_SIZE: "request_size",
  RESPONSE_SIZE: "response_size",
  TCP_OPENED_CONNECTIONS: "istio_tcp_connections_opened_total",
  TCP_CLOSED_CONNECTIONS: "istio_tcp_connections_closed_total",
  TCP_SENT_BYTES: "istio_tcp_sent_bytes_total",
  TCP_RECEIVED_BYTES: "istio_tcp_received_bytes_total",
  GRPC_REQUEST_MESSAGES: "istio_request_messages_total",
  GRPC_RESPONSE_MESSAGES: "istio_response_messages_total",
};

/** Families that the agent derives from requests, and can read any value of a request for. */
const derivedFamilies = ["request_count", "request_duration", "request_size", "response_size"];

const readOverride = (
  reading: Reading,
  override: YamlNode,
  scope: Scope,
): { readonly overrides: readonly SketchOverride[]; readonly off: Cited<boolean> | null } => {
  unknownFields(reading, override, ["match", "disabled", "tagOverrides"]);
  const none = { overrides: [], off: null };
  if (!applies(reading, override, scope)) return none;
  const match = at(override, "match");
  const metric = at(match, "metric");
  const custom = at(match, "customMetric");
  // A template, or no name: without it the override would be one of all metrics.
  if (entriesOf(match).some(([key, node]) => /^(?:m|customM)etric$/.test(key) && at(node) === null)) {
    forEachUnspoken(reading, override, { outcome: "lost", why: "which metric is meant is not known" });
    return none;
  }
  const word = wordOf(metric) ?? (custom === null ? "ALL_METRICS" : "");
  const everything = custom === null && word === "ALL_METRICS";
  if (custom === null && !everything && metricNames[word] === undefined) {
    if (metric !== null)
      wrong(reading, metric, "is no metric of Istio", `write one of ${Object.keys(metricNames).join(", ")}`);
    forEachUnspoken(reading, override, { outcome: "lost", why: "no known metric is meant" });
    return none;
  }
  const names = everything
    ? ["request_count", "request_duration", "request_size", "response_size"]
    : [wordOf(custom) ?? metricNames[word] ?? ""];
  const anchor = metric ?? custom ?? override;
  const spread = everything
    ? ({ how: "changed", why: "all metrics: the four of HTTP requests, each by itself" } as const)
    : {};
  const disabled = at(override, "disabled");
  if (switchOf(disabled) === true && disabled !== null) {
    const tags = at(override, "tagOverrides");
    if (tags !== null) lost(reading, tags, "tags of a metric that is off");
    if (everything)
      return { overrides: [], off: reading.cite(false, disabled, { how: "changed", why: "all metrics off" }) };
    return {
      overrides: names.map((name) => ({ name: reading.cite(name, anchor), disabled: reading.cite(true, disabled) })),
      off: null,
    };
  }
  if (disabled !== null) reading.note(disabled, { outcome: "carried", why: "that is a policy's default" });
  const dimensions: Cited<{ key: string; source: SketchSource | null }>[] = [];
  for (const [key, tag] of entriesOf(at(override, "tagOverrides"))) {
    const problem = nameProblem(key, "dimension");
    if (problem !== null) {
      lost(reading, tag, problem);
      continue;
    }
    const operation = wordOf(at(tag, "operation")) ?? "UPSERT";
    const expression = at(tag, "value");
    if (operation === "REMOVE") {
      if (expression !== null) wrong(reading, expression, "is a value of a tag that is removed", "leave value out");
      dimensions.push(reading.cite({ key, source: null }, at(tag, "operation") ?? tag, spread));
      continue;
    }
    if (operation !== "UPSERT") {
      wrong(reading, at(tag, "operation") ?? tag, "is no operation", "write UPSERT or REMOVE");
      continue;
    }
    if (expression === null) {
      wrong(reading, tag, "has no value", "give UPSERT a value, or write operation: REMOVE");
      continue;
    }
    const source = celSource(wordOf(expression) ?? "");
    // Families that proxies make themselves arrive with their labels alone: nothing else is there to read.
    const isTheirs = !names.every((name) => derivedFamilies.includes(name)) && source?.from !== "literal";
    if (source === null || isTheirs) {
      const theirs = "only the proxy can evaluate it; keep the tag there, it arrives as a label of istio_* metrics";
      const text = reading.text(tag).replaceAll("\n", "\n  ");
      keepNative(reading, expression, theirs, `${JSON.stringify(key)}:\n  ${text}`);
      reading.note(at(tag, "operation"), { outcome: "dataPlane", why: "with the tag, which stays with the proxy" });
      continue;
    }
    reading.note(at(tag, "operation"), { outcome: "carried", why: "a dimension with a source is added" });
    if (source.from === "literal" && literalProblem(source.value) !== null)
      lost(reading, expression, literalProblem(source.value) ?? "");
    else dimensions.push(reading.cite({ key, source }, expression, spread));
  }
  if (dimensions.length === 0) {
    forEachUnspoken(reading, match, {
      outcome: "dataPlane",
      why: "it chooses the metric of what stays with the proxy",
    });
    return none;
  }
  return { overrides: names.map((name) => ({ name: reading.cite(name, anchor, spread), dimensions })), off: null };
};

/** `spec.metrics`: provider and overrides. */
export const readMetrics = (reading: Reading, list: YamlNode | null, scope: Scope): SketchMetrics | undefined => {
  const overrides: SketchOverride[] = [];
  let provider: SketchMetrics["provider"];
  let off: Cited<boolean> | null = null;
  for (const entry of itemsOf(list)) {
    unknownFields(reading, entry, ["providers", "reportingInterval", "overrides"]);
    for (const { node, name } of providersOf(reading, entry)) {
      if (name !== "prometheus") lost(reading, node, `Istio itself implements prometheus only, not "${name}"`);
      else if (provider === undefined) provider = reading.cite({ type: "Prometheus", endpoint: null }, node);
      else reading.note(node, { outcome: "carried", why: "said already" });
    }
    keepNative(reading, at(entry, "reportingInterval"), "how often proxies report TCP metrics is theirs");
    for (const override of itemsOf(at(entry, "overrides"))) {
      const read = readOverride(reading, override, scope);
      overrides.push(...read.overrides);
      off = read.off ?? off;
    }
  }
  if (overrides.length === 0 && provider === undefined && off === null) return undefined;
  const [first] = overrides;
  const enabled =
    off ??
    (provider === undefined
      ? first === undefined
        ? null
        : reading.cite(true, first.name.node)
      : reading.cite(true, provider.node));
  return {
    ...(enabled === null ? {} : { enabled }),
    ...(provider === undefined || off !== null ? {} : { provider }),
    overrides: off === null ? overrides : [],
  };
};

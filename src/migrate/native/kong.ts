import type { Sketch } from "../sketch.ts";
import { list, map, type Out, value } from "../yaml-out.ts";
import { isAll, type NativeWriter, providerOfText, type Tell } from "./native.ts";

/** Kong speaks OTLP over HTTP only; a Service's gRPC port has an HTTP one beside it. */
const urlOf = (endpoint: string, signal: string): string | null => {
  if (/^https?:\/\//.test(endpoint)) return `${endpoint}/v1/${signal}`;
  const provider = providerOfText(endpoint);
  if (provider.kind === "service")
    return `http://${provider.name}.${provider.namespace}.svc:${provider.port === 4317 ? 4318 : provider.port}/v1/${signal}`;
  return null;
};

const formats: { readonly [format: string]: string } = { w3c: "w3c", b3: "b3", jaeger: "jaeger" };
const http = "over HTTP, the only way Kong speaks OTLP";

const config = (sketch: Sketch, tell: Tell): Out => {
  const { tracing, metrics, logs } = sketch;
  const provider = tracing?.provider;
  const endpoint =
    provider === undefined
      ? null
      : provider.value.kind === "service"
        ? `${provider.value.name}.${provider.value.namespace}.svc:${provider.value.port}`
        : provider.value.endpoint;
  const traces = endpoint === null ? null : urlOf(endpoint, "traces");
  if (provider !== undefined && traces === null) tell.cannot(provider, "Kong speaks OTLP over HTTP only");
  else tell.said(provider, "config.traces_endpoint", http);
  if (tracing?.enabled?.value === false) tell.cannot(tracing.enabled, "leave traces_endpoint out of the plugin");
  else tell.said(tracing?.enabled, "config.traces_endpoint");
  for (const header of tracing?.headers ?? [])
    tell.cannot(header, "headers of an exporter may be credentials: reference a vault in config.headers");
  tell.said(tracing?.rate, "config.sampling_rate");
  const parent = tracing?.parent;
  if (parent !== undefined) {
    if (parent.value !== null && isAll(parent.value))
      tell.said(parent, "config.sampling_strategy", "parent_drop_probability_fallback, its default");
    else tell.cannot(parent, "Kong always keeps what the parent sampled, without a second rate");
  }
  const inject = (tracing?.propagation ?? []).flatMap((format): Out[] => {
    const name = formats[format.value.toLowerCase()];
    if (name === undefined) {
      tell.cannot(format, "Kong has no such format");
      return [];
    }
    tell.said(format, "config.propagation.inject");
    return [value(name, format)];
  });
  const attributes = (tracing?.attributes ?? []).flatMap((attribute): (readonly [string, Out])[] => {
    if (attribute.value.source.from !== "literal") {
      tell.cannot(attribute, "Kong adds no headers to spans");
      return [];
    }
    tell.said(attribute, "config.resource_attributes", "on the resource of every span");
    return [[attribute.value.name, value(attribute.value.source.value, attribute)]];
  });
  if (tracing?.serviceName !== undefined) {
    tell.said(tracing.serviceName, "config.resource_attributes");
    attributes.push(["service.name", value(tracing.serviceName.value, tracing.serviceName)]);
  }
  tell.cannot(tracing?.spanName, "Kong's root span is always called kong");
  const logEndpoint = logs?.provider?.value ?? null;
  const access = logEndpoint === null ? null : urlOf(logEndpoint, "logs");
  if (logs !== undefined) {
    if (access === null) {
      tell.cannot(
        logs.provider,
        logEndpoint === null ? "the agent's standard output is the agent's" : "Kong speaks OTLP over HTTP only",
      );
      tell.cannot(logs.enabled, "without an endpoint there is nothing to turn on (or off)");
    } else {
      tell.said(logs.provider, "config.access_logs.endpoint", `${http}; Enterprise 3.14`);
      tell.said(logs.enabled, "config.access_logs.endpoint");
    }
    tell.cannot(logs.format, "attributes of OTLP have no format");
    for (const match of logs.matches ?? [])
      tell.cannot(match, "a condition is where the plugin is bound: to a route or service");
    for (const field of logs.fields ?? []) tell.cannot(field, "fields can be added by Lua, not chosen");
  }
  const metricsProvider = metrics?.provider;
  const metricsUrl = metricsProvider?.value.type === "OTLP" ? urlOf(metricsProvider.value.endpoint, "metrics") : null;
  if (metrics !== undefined) {
    if (metricsUrl === null) {
      tell.cannot(metricsProvider, "Kong's own prometheus plugin is scraped, and counts by itself");
      tell.cannot(metrics.enabled, "metrics of requests are derived by the agent");
    } else {
      tell.said(metricsProvider, "config.metrics.endpoint", `${http}; Enterprise 3.13`);
      tell.said(metrics.enabled, "config.metrics.endpoint");
    }
    tell.cannot(metrics.genAI, "enable_ai_metrics is Kong's own");
    for (const override of metrics.overrides ?? []) {
      const why = "Kong labels metrics by service, route and consumer only";
      tell.cannot(override.name, why);
      tell.cannot(override.type, why);
      tell.cannot(override.disabled, "Kong turns metrics on and off in groups");
      for (const dimension of override.dimensions ?? []) tell.cannot(dimension, why);
    }
  }
  const rate = tracing?.rate;
  return map(
    traces === null || provider === undefined || tracing?.enabled?.value === false
      ? null
      : ["traces_endpoint", value(traces, provider)],
    rate === undefined ? null : ["sampling_rate", value(rate.value.numerator / rate.value.denominator, rate)],
    parent !== undefined && parent.value !== null && isAll(parent.value)
      ? ["sampling_strategy", value("parent_drop_probability_fallback", parent)]
      : null,
    inject.length === 0 ? null : ["propagation", map(["default_format", inject[0] ?? null], ["inject", list(inject)])],
    attributes.length === 0 ? null : ["resource_attributes", map(...attributes)],
    access === null || logs?.provider === undefined
      ? null
      : ["access_logs", map(["endpoint", value(access, logs.provider)])],
    metricsUrl === null || metricsProvider === undefined
      ? null
      : ["metrics", map(["endpoint", value(metricsUrl, metricsProvider)])],
  );
};

export const kongNative: NativeWriter = {
  name: "kong",
  title: "Kong",
  write: (sketch, tell) => {
    for (const target of sketch.targets) {
      if (target.value.kind === "Gateway")
        tell.said(
          target,
          "metadata.labels.global",
          "every Gateway that this Kong serves: bind the plugin to routes where that is too much",
        );
      else tell.cannot(target, "Kong has Gateways and no mesh");
    }
    const body = config(sketch, tell);
    if (
      !sketch.targets.some(({ value: { kind } }) => kind === "Gateway") ||
      (body.kind === "map" && body.entries.length === 0)
    )
      return [];
    return [
      map(
        ["apiVersion", value("configuration.konghq.com/v1")],
        ["kind", value("KongClusterPlugin")],
        [
          "metadata",
          map(
            ["name", value(sketch.name)],
            ["labels", map(["global", value("true")])],
            ["annotations", map(["kubernetes.io/ingress.class", value("kong")])],
          ),
        ],
        ["plugin", value("opentelemetry")],
        ["config", body],
      ),
    ];
  },
};

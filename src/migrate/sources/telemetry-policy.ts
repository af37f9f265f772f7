import type { Located } from "../../diagnostics/origin.ts";
import { dialectOf } from "../../policy/dialects/dialects.ts";
import { readPolicy } from "../../policy/policy.ts";
import type { Provider, Target, TelemetryPolicy, ValueSource } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import { groupOf } from "../group.ts";
import { forEachUnspoken, keepNative, providerAt, type Reading } from "../reading.ts";
import { endpointText } from "../say.ts";
import type { Cited, Sketch, SketchProvider, SketchSource } from "../sketch.ts";
import type { Source } from "../source.ts";
import { at, entriesOf, itemsOf } from "../tree.ts";

const source = ({ value }: Located<ValueSource>): SketchSource => value;

const providerOf = (provider: Provider): SketchProvider => {
  if (provider.kind === "prometheus") return { kind: "endpoint", endpoint: "" };
  if (provider.service !== undefined)
    return { kind: "service", ...provider.service, port: Number(/\d+$/.exec(provider.endpoint)?.[0] ?? 4317) };
  if (provider.transport === "http") return { kind: "endpoint", endpoint: provider.endpoint };
  if (!provider.insecure) return { kind: "endpoint", endpoint: `grpcs://${provider.endpoint}` };
  const [, host = "", port = "4317"] = /^(.*):(\d+)$/.exec(provider.endpoint) ?? [];
  return providerAt(host, Number(port));
};

/** A policy in one of our own dialects as a sketch; the model knows its values, the tree knows their places. */
const sketchOf = (reading: Reading, policy: TelemetryPolicy): Sketch => {
  const spec = at(reading.manifest.root, "spec");
  const cite = <T>(value: T, node: YamlNode | null): Cited<T> =>
    reading.cite(value, node ?? spec ?? reading.manifest.root);
  const refs = [...itemsOf(at(spec, "targetRefs")), ...[at(spec, "targetRef")].filter((ref) => ref !== null)];
  const { tracing, metrics, accessLogs } = policy;
  const traces = at(spec, "tracing");
  const switchNode = (block: YamlNode | null): YamlNode | null =>
    at(block, "mode") ?? at(block, "enabled") ?? at(block, "enable");
  const enabled = (
    block: YamlNode | null,
    mode: string,
  ): { readonly enabled: Cited<boolean> } | Record<string, never> => {
    const node = switchNode(block);
    if (node === null) return {};
    if (mode === "Default") {
      reading.note(node, { outcome: "carried", why: "as any absent switch" });
      return {};
    }
    return { enabled: cite(mode === "Enabled", node) };
  };
  const list = (block: YamlNode | null, ...names: readonly string[]): readonly YamlNode[] =>
    names.flatMap((name) => itemsOf(at(block, name)));
  const attributes = list(traces, "attributes", "customAttributes");
  const contexts = list(traces, "context");
  const provider = at(traces, "provider");
  const otlp = tracing?.provider?.value.kind === "otlp" ? tracing.provider.value : null;
  const parentNode = at(traces, "parentBasedSampling");
  const blockOf = at(spec, "metrics");
  const logs = at(spec, "accessLogs");
  const metricsProvider = metrics?.provider?.value;
  return {
    namespace: policy.namespace,
    name: policy.name,
    targets: policy.targets.map((target, index) => cite<Target>(target.value, refs[index] ?? null)),
    createdAt: policy.createdAt,
    isPolicy: true,
    from: `TelemetryPolicy ${policy.id} (${reading.manifest.apiVersion})`,
    ...(tracing === null
      ? {}
      : {
          tracing: {
            ...enabled(traces, tracing.mode.value),
            ...(otlp === null || provider === null
              ? {}
              : { provider: cite(providerOf(otlp), at(provider, "backendRef") ?? provider) }),
            ...(otlp === null || otlp.headers.length === 0
              ? {}
              : {
                  headers: otlp.headers.map((header, index) =>
                    cite(
                      { name: header.name, value: header.value.value },
                      itemsOf(at(provider, "headers"))[index] ?? null,
                    ),
                  ),
                }),
            ...(at(traces, "samplingRate") === null
              ? {}
              : { rate: cite(tracing.rootRate.value, at(traces, "samplingRate")) }),
            ...(parentNode === null ? {} : { parent: cite(tracing.parentRate?.value ?? null, parentNode) }),
            propagation: tracing.propagation.map((format, index) =>
              reading.cite(format.value, contexts[index] ?? traces ?? reading.manifest.root, {
                otherwise: "the proxy propagates; see otel-policy explain TARGET --native",
              }),
            ),
            attributes: tracing.attributes.map((attribute, index) =>
              cite({ name: attribute.name.value, source: source(attribute.source) }, attributes[index] ?? null),
            ),
            ...(tracing.serviceName === null
              ? {}
              : { serviceName: cite(tracing.serviceName.value, at(traces, "serviceName")) }),
            ...(tracing.spanName === null ? {} : { spanName: cite(tracing.spanName.value, at(traces, "spanName")) }),
          },
        }),
    ...(metrics === null
      ? {}
      : {
          metrics: {
            ...enabled(blockOf, metrics.mode.value),
            ...(metricsProvider === undefined
              ? {}
              : {
                  provider: cite(
                    metricsProvider.kind === "prometheus"
                      ? ({ type: "Prometheus", endpoint: metricsProvider.remoteWrite } as const)
                      : ({ type: "OTLP", endpoint: endpointText(providerOf(metricsProvider)) } as const),
                    at(blockOf, "provider"),
                  ),
                }),
            overrides: metrics.overrides.map((override, index) => {
              const node = itemsOf(at(blockOf, "overrides"))[index] ?? null;
              const type = at(node, "type");
              const disabled = at(node, "disabled");
              return {
                name: cite(override.name.value, at(node, "name")),
                ...(override.type === null || type === null ? {} : { type: cite(override.type.value, type) }),
                ...(disabled === null ? {} : { disabled: cite(override.disabled.value, disabled) }),
                dimensions: override.dimensions.map((dimension, at_) =>
                  cite(
                    { key: dimension.key.value, source: dimension.source === null ? null : source(dimension.source) },
                    itemsOf(at(node, "dimensions")).filter((item) => !isLimitAlone(item))[at_] ?? null,
                  ),
                ),
              };
            }),
            ...(metrics.genAI?.enabled.value === true
              ? { genAI: cite<true>(true, at(blockOf, "genAI", "enabled") ?? at(blockOf, "genAI")) }
              : {}),
          },
        }),
    ...(accessLogs === null
      ? {}
      : {
          logs: {
            ...enabled(logs, accessLogs.mode.value),
            ...(accessLogs.provider?.value.kind === "otlp"
              ? { provider: cite(endpointText(providerOf(accessLogs.provider.value)), at(logs, "provider")) }
              : {}),
            ...(at(logs, "format") === null ? {} : { format: cite(accessLogs.format.value, at(logs, "format")) }),
            matches: accessLogs.matches.flatMap((match, index) => {
              const node = itemsOf(at(logs, "matches"))[index] ?? null;
              return [
                ...(match.path === null ? [] : [cite({ path: match.path.value }, at(node, "path"))]),
                ...(match.cel === null ? [] : [cite({ cel: match.cel.value }, at(node, "cel"))]),
              ];
            }),
            fields: (accessLogs.fields ?? []).map((field, index) =>
              cite(field.value, itemsOf(at(logs, "fields"))[index] ?? null),
            ),
          },
        }),
  };
};

/** Not a dimension of its own. */
const isLimitAlone = (item: YamlNode): boolean =>
  at(item, "limit") !== null && ["fromHeader", "fromAttribute", "value"].every((name) => at(item, name) === null);

const read = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const dialect = dialectOf(manifest.apiVersion);
  if (dialect === null || manifest.root.kind !== "map") return [];
  const result = readPolicy(manifest.root, dialect, { allowEndpoints: ["*", "*:*"], rootNamespace: null });
  const errors = result.diagnostics.filter(({ severity }) => severity === "error");
  reading.found(errors);
  if (result.policy === null) {
    forEachUnspoken(reading, manifest.root, {
      outcome: "lost",
      why: `the policy is not valid: ${errors[0]?.message ?? "see above"}`,
    });
    return [];
  }
  const sketch = sketchOf(reading, result.policy);
  for (const [key, value] of entriesOf(at(manifest.root, "metadata", "annotations")))
    if (key.startsWith("otel-policy.dev/"))
      reading.note(value, { outcome: "carried", why: "as the field it stands for" });
  const genAI = at(manifest.root, "spec", "metrics", "genAI");
  for (const [key, value] of entriesOf(genAI))
    if (key !== "enabled") keepNative(reading, value, "an extension of this tool: copy it as it is");
  for (const override of itemsOf(at(manifest.root, "spec", "metrics", "overrides")))
    for (const item of itemsOf(at(override, "dimensions"))) {
      const limit = isLimitAlone(item) ? item : at(item, "limit");
      if (limit !== null) keepNative(reading, limit, "an extension of this tool: copy it as it is");
    }
  return [sketch];
};

export const telemetryPolicy: Source = {
  name: "TelemetryPolicy",
  reads: (manifest) =>
    manifest.kind === "TelemetryPolicy" &&
    dialectOf(manifest.apiVersion) !== null &&
    groupOf(manifest) !== "extensions.kuadrant.io",
  read,
};

import type { YamlNode } from "../../policy/yaml-node.ts";
import { conditionProblem, keepNative, lost, type Reading, unknownFields } from "../reading.ts";
import type { Cited, SketchLogs } from "../sketch.ts";
import { at, entriesOf, itemsOf, switchOf, wordOf } from "../tree.ts";
import { otlpProvider } from "./istio-providers.ts";
import { applies, providersOf, type Scope, undefinedProvider } from "./istio-scope.ts";

/** `spec.accessLogging`: entries are added up, as far as one access log can say them. */
export const readLogs = (reading: Reading, list: YamlNode | null, scope: Scope): SketchLogs | undefined => {
  let enabled: SketchLogs["enabled"];
  let provider: SketchLogs["provider"];
  let format: SketchLogs["format"];
  let fields: Cited<string>[] = [];
  const matches: Cited<{ cel: string }>[] = [];
  let everything = false;
  let seen = false;
  for (const entry of itemsOf(list)) {
    unknownFields(reading, entry, ["match", "providers", "disabled", "filter"]);
    if (!applies(reading, entry, scope)) continue;
    seen = true;
    const disabled = at(entry, "disabled");
    if (disabled !== null && switchOf(disabled) === true) {
      enabled = reading.cite(false, disabled);
      for (const { node } of providersOf(reading, entry)) lost(reading, node, "the sink of logs that are off");
      if (at(entry, "filter") !== null) lost(reading, at(entry, "filter"), "a condition of logs that are off");
      continue;
    }
    if (disabled !== null) reading.note(disabled, { outcome: "carried", why: "that is a policy's default" });
    for (const { node, name, provider: of } of providersOf(reading, entry)) {
      if (provider !== undefined) {
        lost(reading, node, "a policy has one sink per signal; let the platform's Collector fan out from there");
        continue;
      }
      if (of === null && name === "envoy") {
        provider = reading.cite(null, node, {
          how: "changed",
          why: "Istio's built-in file provider: the agent's standard output, one JSON object per line",
        });
      } else if (of === null) lost(reading, node, undefinedProvider(name));
      else if (of.kind === "envoyOtelAls") {
        const otlp = otlpProvider(of.config);
        if (otlp === null) lost(reading, node, "its provider has no service and port that the agent could reach");
        else {
          const endpoint = otlp.kind === "service" ? `${otlp.name}.${otlp.namespace}.svc:${otlp.port}` : otlp.endpoint;
          provider = reading.cite(endpoint, node, {
            how: "changed",
            why: "the provider's service and port, from MeshConfig",
          });
          for (const field of ["service", "port"])
            reading.note(at(of.config, field), { outcome: "carried", to: "spec.accessLogs.provider" });
          reading.note(at(of.node, "name"), {
            outcome: "carried",
            why: "providers are written out where they are used",
          });
        }
      } else if (of.kind === "envoyFileAccessLog") {
        const path = at(of.config, "path");
        if (path === null || wordOf(path) === "/dev/stdout")
          provider = reading.cite(null, path ?? node, { how: "changed", why: "the agent's standard output" });
        else lost(reading, path, "a policy cannot choose a file; the agent's standard output is used");
        reading.note(at(of.node, "name"), { outcome: "carried", why: "providers are written out where they are used" });
      } else
        lost(reading, node, `a provider of kind ${of.kind} is no OTLP backend; the agent's standard output is used`);
      if (of !== null) {
        const labels = at(of.config, "logFormat", "labels");
        const text = at(of.config, "logFormat", "text");
        if (labels !== null) {
          format = reading.cite("JSON", labels, {
            how: "changed",
            why: "the proxy must send the same labels: move them to the envoyOtelAls provider that leads to the agent",
          });
          fields = entriesOf(labels).flatMap(([key, operator]) =>
            key.length > 256 || fields.some((other) => other.value === key) ? [] : [reading.cite(key, operator)],
          );
        } else if (text !== null) {
          format = reading.cite("Text", text, {
            how: "changed",
            why: "the line that the proxy wrote is passed on as it is: move the format to the envoyOtelAls provider that leads to the agent",
          });
        }
      }
    }
    const expression = at(entry, "filter", "expression");
    const cel = wordOf(expression);
    if (expression === null || cel === null) {
      everything = true;
      continue;
    }
    if (cel.trim() === "true") {
      reading.note(expression, { outcome: "carried", why: "true holds for every request, as no condition does" });
      everything = true;
      continue;
    }
    const problem = conditionProblem(cel);
    if (problem === null) matches.push(reading.cite({ cel }, expression));
    else {
      keepNative(
        reading,
        expression,
        `telemetry cannot decide it (${problem}); leave the filter in the proxy, which then sends what matches only`,
      );
      everything = true;
    }
  }
  if (!seen) return undefined;
  if (everything)
    for (const { node } of matches) reading.note(node, { outcome: "lost", why: "another entry logs every request" });
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(provider === undefined ? {} : { provider }),
    ...(format === undefined ? {} : { format }),
    matches: everything ? [] : matches,
    fields,
  };
};

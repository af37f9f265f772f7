import type { YamlNode } from "../../policy/yaml-node.ts";
import {
  conditionProblem,
  forEachUnspoken,
  keepNative,
  lost,
  lostSecret,
  type Reading,
  unknownFields,
  wrong,
} from "../reading.ts";
import { endpointText } from "../say.ts";
import type { SketchLogs } from "../sketch.ts";
import { at, entriesOf, itemsOf, switchOf, wordOf } from "../tree.ts";
import { sinkProvider } from "./envoy-gateway-tracing.ts";

const sinkKinds = ["File", "OpenTelemetry", "ALS"];

/** Two settings that differ would be two access logs; a policy has one, of requests. */
export const readAccessLog = (reading: Reading, accessLog: YamlNode): SketchLogs => {
  unknownFields(reading, accessLog, ["disable", "settings"]);
  const disable = at(accessLog, "disable");
  if (disable !== null && switchOf(disable) === true) {
    lost(reading, at(accessLog, "settings"), "settings of logs that are off");
    return { enabled: reading.cite(false, disable) };
  }
  if (disable !== null) reading.note(disable, { outcome: "carried", why: "that is a policy's default" });
  let logs: SketchLogs | null = null;
  for (const setting of itemsOf(at(accessLog, "settings"))) {
    unknownFields(reading, setting, ["type", "format", "matches", "sinks"]);
    const type = at(setting, "type");
    const word = wordOf(type);
    if (word === "Listener" || word === "Upstream") {
      keepNative(
        reading,
        setting,
        `${word} logs are no request records: a policy's access log has one record per request`,
      );
      continue;
    }
    if (type !== null) {
      if (word === "Route") reading.note(type, { outcome: "carried", why: "one record per request" });
      else wrong(reading, type, "is no type of access log", "write Route, Listener or Upstream");
    }
    const read = readSetting(reading, setting);
    if (read === null) continue;
    if (logs === null) logs = read;
    else
      lost(
        reading,
        setting,
        "a policy has one access log per target; let the platform's Collector fan out, or keep this one in the proxy",
      );
  }
  return logs ?? {};
};

const readSetting = (reading: Reading, setting: YamlNode): SketchLogs | null => {
  let provider: SketchLogs["provider"];
  // A file of the proxy's own can stay where it is; what goes to a Collector is what the policy takes over.
  const isOtlp = (sink: YamlNode): boolean => wordOf(at(sink, "type")) === "OpenTelemetry";
  const sinks = itemsOf(at(setting, "sinks"));
  for (const sink of [...sinks.filter(isOtlp), ...sinks.filter((each) => !isOtlp(each))]) {
    const type = at(sink, "type");
    const word = wordOf(type) ?? "";
    if (!sinkKinds.includes(word)) {
      wrong(reading, type ?? sink, "is no sink of Envoy Gateway", "write File, OpenTelemetry or ALS");
      continue;
    }
    if (word === "ALS") {
      keepNative(reading, sink, "Envoy's own gRPC log stream is no OTLP; a Collector cannot write it");
      continue;
    }
    if (provider !== undefined && word === "File") {
      keepNative(reading, sink, "a policy has one sink per signal; the proxy goes on writing its own file");
      continue;
    }
    if (provider !== undefined) {
      lost(reading, sink, "a policy has one sink per signal; let the platform's Collector fan out from there");
      continue;
    }
    if (word === "File") {
      const path = at(sink, "file", "path");
      if (path === null || wordOf(path) === "/dev/stdout") {
        provider = reading.cite(null, path ?? sink, {
          how: "changed",
          why: "the agent's standard output; the proxy needs an OpenTelemetry sink that leads to the agent",
        });
        if (type !== null) reading.note(type, { outcome: "carried", why: "with the path" });
      } else lost(reading, sink, "a policy cannot choose a file; the agent's standard output is used");
      continue;
    }
    const otlp = at(sink, "openTelemetry");
    unknownFields(reading, otlp, [
      "backendRef",
      "backendRefs",
      "backendSettings",
      "host",
      "port",
      "resources",
      "resourceAttributes",
      "headers",
    ]);
    const to = otlp === null ? null : sinkProvider(reading, otlp);
    if (to !== null && to !== undefined) {
      provider = { ...to, value: endpointText(to.value) };
      if (type !== null) reading.note(type, { outcome: "carried", why: "OTLP" });
    }
    for (const field of ["resources", "resourceAttributes"])
      keepNative(reading, at(otlp, field), "resource attributes stay with the proxy, which sends them to the agent");
    lostSecret(reading, at(otlp, "headers"));
  }
  const format = at(setting, "format");
  unknownFields(reading, format, ["type", "text", "json"]);
  const type = at(format, "type");
  const json = at(format, "json");
  const text = at(format, "text");
  const word = wordOf(type);
  const keep = "the proxy's OpenTelemetry sink to the agent must keep this format";
  let shape: Pick<SketchLogs, "format" | "fields"> = {};
  if (json !== null && word !== "Text") {
    const fields = entriesOf(json).flatMap(([key, operator]) => {
      if (key.length <= 256) return [reading.cite(key, operator, { how: "carried", why: keep })];
      lost(reading, operator, "a field's name has at most 256 characters");
      return [];
    });
    shape = { format: reading.cite("JSON", type ?? json, { how: "carried" }), fields };
    lost(reading, text, "with json beside it, the text would be the body of the record");
  } else if (text !== null) {
    shape = {
      format: reading.cite("Text", text, {
        how: "changed",
        why: `the line that Envoy wrote is passed on as it is: ${keep}`,
      }),
    };
    if (type !== null) reading.note(type, { outcome: "carried", why: "with the text" });
    lost(reading, json, "not used with type Text");
  }
  const conditions = itemsOf(at(setting, "matches"));
  const texts = conditions.map((node) => wordOf(node) ?? "");
  const problems = texts.map(conditionProblem);
  let matches: SketchLogs["matches"] = [];
  const [only] = conditions;
  if (conditions.length === 1 && only !== undefined && problems[0] === null)
    matches = [reading.cite({ cel: texts[0] ?? "" }, only)];
  else if (conditions.length > 1 && problems.every((problem) => problem === null) && only !== undefined) {
    // Envoy Gateway renders several matches as an AND filter, whatever the API text says.
    const cel = texts.map((each) => `(${each})`).join(" && ");
    const why = "all of them must hold, as Envoy Gateway's translator has it: one condition";
    matches =
      cel.length <= 4096
        ? conditions.slice(0, 1).map((node) => reading.cite({ cel }, node, { how: "changed", why }))
        : [];
    for (const node of conditions.slice(1)) reading.note(node, { outcome: "changed", why });
  } else {
    for (const [index, node] of conditions.entries())
      keepNative(
        reading,
        node,
        `telemetry cannot decide ${problems[index] === null ? "the others" : `it (${problems[index] ?? ""})`}; leave the filter in the proxy, which then sends what matches only`,
      );
  }
  if (
    provider === undefined &&
    itemsOf(at(setting, "sinks")).length > 0 &&
    itemsOf(at(setting, "sinks")).every((sink) => wordOf(at(sink, "type")) === "ALS")
  ) {
    forEachUnspoken(reading, setting, { outcome: "dataPlane", why: "it belongs to a sink that stays with the proxy" });
    return null;
  }
  const anchor = provider?.node ?? at(setting, "sinks") ?? setting;
  return {
    enabled: reading.cite(true, anchor, { how: "changed", why: "settings turn logs on" }),
    ...(provider === undefined ? {} : { provider }),
    ...shape,
    matches,
  };
};

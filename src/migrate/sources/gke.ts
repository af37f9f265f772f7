import type { Target } from "../../policy/types.ts";
import { groupOf } from "../group.ts";
import type { Manifest } from "../manifests.ts";
import { forEachUnspoken, keepNative, type Reading, unrelated, wrong } from "../reading.ts";
import type { Sketch, SketchTracing } from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets } from "../targets.ts";
import { at, entriesOf, itemsOf, numberOf, switchOf, wordOf } from "../tree.ts";
import { readEnvironment } from "./otel-environment.ts";

const outOfReach = "GKE's load balancer writes its access logs to Cloud Logging only; no Collector sees them";

const readBackendPolicy = (reading: Reading): readonly Sketch[] => {
  const spec = at(reading.manifest.root, "spec");
  const settings = at(spec, "default");
  const logging = at(settings, "logging");
  for (const [key, value] of entriesOf(settings)) if (key !== "logging") unrelated(reading, value, "no telemetry");
  if (logging === null) {
    forEachUnspoken(reading, reading.manifest.root, { outcome: "unrelated", why: "no logging in it" });
    return [];
  }
  const rate = at(logging, "sampleRate");
  const number = numberOf(rate);
  const enabled = at(logging, "enabled");
  if (rate !== null && (number === null || !Number.isInteger(number) || number < 0 || number > 1_000_000))
    wrong(reading, rate, "is no whole number from 0 to 1000000", "write a rate in millionths: 1000000 is all");
  else if (rate !== null)
    keepNative(reading, rate, `${outOfReach}, so the load balancer samples them; a policy never samples access logs`);
  if (enabled !== null && switchOf(enabled) === null) wrong(reading, enabled, "is no switch", "write true or false");
  keepNative(reading, enabled, outOfReach);
  for (const field of ["optionalMode", "optionalFields"]) keepNative(reading, at(logging, field), outOfReach);
  forEachUnspoken(reading, at(spec, "targetRef"), {
    outcome: "dataPlane",
    why: "the target of what stays with the load balancer: a Service or InferencePool, which no TelemetryPolicy attaches to",
  });
  return [];
};

const monitors = ["ServiceMonitor", "PodMonitor"];

/** Scrape settings are the platform's: a policy brings no receivers. */
const readMonitor = (reading: Reading): readonly Sketch[] => {
  const spec = at(reading.manifest.root, "spec");
  for (const endpoint of [...itemsOf(at(spec, "endpoints")), ...itemsOf(at(spec, "podMetricsEndpoints"))]) {
    const port = wordOf(at(endpoint, "port")) ?? wordOf(at(endpoint, "targetPort")) ?? "metrics";
    const path = wordOf(at(endpoint, "path")) ?? "/metrics";
    const interval = wordOf(at(endpoint, "interval"));
    const snippet = [
      "receivers:",
      "  prometheus:",
      "    config:",
      "      scrape_configs:",
      `        - job_name: ${reading.manifest.name === "" ? "metrics" : reading.manifest.name}`,
      `          metrics_path: ${path}`,
      ...(interval === null ? [] : [`          scrape_interval: ${interval}`]),
      "          kubernetes_sd_configs: [{ role: pod }]",
      "          relabel_configs:",
      `            - { source_labels: [__meta_kubernetes_pod_container_port_name], regex: ${JSON.stringify(port)}, action: keep }`,
    ].join("\n");
    keepNative(
      reading,
      endpoint,
      "scraping is set up in the platform's Collector config (--base); a policy then governs what arrives",
      snippet,
    );
  }
  forEachUnspoken(reading, spec, { outcome: "dataPlane", why: "which pods are scraped is set up with the scrape job" });
  return [];
};

const isPicker = ({ kind, root }: Manifest): boolean => {
  if (kind !== "Deployment" && kind !== "StatefulSet") return false;
  const containers = itemsOf(at(root, "spec", "template", "spec", "containers"));
  return containers.some(
    (container) =>
      /(?:^|[/-])(?:epp|endpoint-picker|llm-d-router|llm-d-inference-scheduler)(?:[:@-]|$)/.test(
        wordOf(at(container, "image")) ?? "",
      ) || /(?:^|-)epp$/.test(wordOf(at(container, "name")) ?? ""),
  );
};

/** The endpoint picker is set up by its environment alone. */
const readPicker = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const tracings: SketchTracing[] = [];
  for (const container of itemsOf(at(manifest.root, "spec", "template", "spec", "containers"))) {
    const environment = readEnvironment(reading, at(container, "env"), {
      sender: "the picker",
      why: "set by the agent; keep llm-d-epp in the picker, by which its telemetry is recognised",
    });
    const flag = [...itemsOf(at(container, "args")), ...itemsOf(at(container, "command"))].find((argument) =>
      /^--?tracing=false$/.test(wordOf(argument) ?? ""),
    );
    const block = flag === undefined ? environment : { ...environment, enabled: reading.cite(false, flag) };
    if (Object.keys(block).length > 0) tracings.push(block);
    for (const list of ["args", "command"]) {
      for (const argumentNode of itemsOf(at(container, list)))
        if (argumentNode !== flag && /^--?(?:tracing|enable-?tracing|metrics|otel)/i.test(wordOf(argumentNode) ?? ""))
          keepNative(reading, argumentNode, "whether the picker makes telemetry at all stays with it");
    }
  }
  forEachUnspoken(reading, at(manifest.root, "spec"), {
    outcome: "unrelated",
    why: "no telemetry: how the picker is deployed",
  });
  const [tracing, ...others] = tracings;
  if (tracing === undefined || others.length > 1) return [];
  const anchor = at(manifest.root, "metadata", "namespace") ?? at(manifest.root, "metadata", "name") ?? manifest.root;
  const asked = askedTargets(reading, anchor, "the targets that were named");
  const own: Target = { kind: "Namespace", namespace: manifest.namespace, name: manifest.namespace };
  const why = "nothing in the picker's telemetry names a Gateway; its Namespace does";
  return [
    {
      namespace: asked[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets:
        asked.length > 0
          ? asked
          : manifest.isNamespaceUnknown
            ? []
            : [reading.cite(own, anchor, { how: "changed", why })],
      createdAt: manifest.createdAt,
      from: `Inference Gateway ${manifest.title}`,
      wanted: "a Namespace",
      tracing,
    },
  ];
};

export const gke: Source = {
  name: "GKE / Inference Gateway",
  reads: (manifest) =>
    (groupOf(manifest) === "networking.gke.io" && manifest.kind === "GCPBackendPolicy") ||
    (groupOf(manifest) === "monitoring.coreos.com" && monitors.includes(manifest.kind)) ||
    isPicker(manifest),
  read: (reading) => {
    if (reading.manifest.kind === "GCPBackendPolicy") return readBackendPolicy(reading);
    if (monitors.includes(reading.manifest.kind)) return readMonitor(reading);
    return readPicker(reading);
  },
};

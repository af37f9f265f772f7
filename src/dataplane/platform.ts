import { lines, type NativeSnippet, type NativeWish } from "./native.ts";
import type { DataPlaneProfile, ScrapeJob, Signal } from "./profile.ts";

const jobOf = ({ job, path, port, podLabel, bearerToken }: ScrapeJob): readonly string[] => {
  const label = `__meta_kubernetes_pod_label_${podLabel.key.replace(/[^a-zA-Z0-9_]/g, "_")}`;
  const portLabel = /^\d+$/.test(port)
    ? "__meta_kubernetes_pod_container_port_number"
    : "__meta_kubernetes_pod_container_port_name";
  return [
    `        - job_name: ${job}`,
    `          metrics_path: ${path}`,
    "          kubernetes_sd_configs: [{ role: pod }]",
    ...(bearerToken === true
      ? ["          authorization: { credentials_file: /var/run/secrets/kubernetes.io/serviceaccount/token }"]
      : []),
    "          relabel_configs:",
    podLabel.value === null
      ? `            - { source_labels: [${label}], regex: ".+", action: keep }`
      : `            - { source_labels: [${label}], regex: "${podLabel.value.replace(/[.]/g, "[.]")}", action: keep }`,
    `            - { source_labels: [${portLabel}], regex: "${port}", action: keep }`,
  ];
};

/** Labels whose k8s_attributes keys this profile reads, without the older spelling of them. */
const podLabelsOf = (profile: DataPlaneProfile): readonly string[] => {
  const prefix = "k8s.pod.label.";
  const signals: readonly Signal[] = ["traces", "metrics", "logs"];
  const keys = signals.flatMap((signal) =>
    profile.identify[signal].flatMap((source) =>
      source.kind === "gatewayPair" ? [source.name, source.namespace] : [],
    ),
  );
  return [...new Set(keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)))];
};

/**
 * What the platform's own Collector config needs for a data plane: scrape jobs, since a policy brings no receivers, and
 * pod labels, where nothing else names the Gateway.
 */
export const platformSnippets = (
  profile: DataPlaneProfile,
  { target, signals }: NativeWish,
): readonly NativeSnippet[] => {
  const labels = podLabelsOf(profile);
  const untold = (["traces", "metrics", "logs"] as const).filter(
    (signal) => signals[signal] && profile.untold?.[signal] !== undefined,
  );
  const snippets: NativeSnippet[] = [];
  if (signals.metrics && profile.scrape.length > 0) {
    snippets.push({
      does: "in the platform's Collector config (--base): read its metrics",
      language: "yaml",
      text: lines("receivers:", "  prometheus:", "    config:", "      scrape_configs:", profile.scrape.flatMap(jobOf)),
    });
  }
  if (target.kind === "Gateway" && untold.length > 0 && labels.length > 0) {
    snippets.push({
      does: `in the platform's Collector config (--base): name the Gateway of its ${untold.join(" and ")} by its pod`,
      language: "yaml",
      text: lines(
        "processors:",
        "  k8s_attributes:",
        "    extract:",
        "      metadata: [k8s.namespace.name, k8s.pod.name]",
        "      labels:",
        labels.map((label) => `        - { from: pod, key: ${label}, tag_name: k8s.pod.label.${label} }`),
      ),
    });
  }
  if (target.kind === "Namespace") {
    snippets.push({
      does: "in the platform's Collector config (--base): name the namespace of what does not say it",
      language: "yaml",
      text: lines(
        "processors:",
        "  k8s_attributes:",
        "    extract:",
        "      metadata: [k8s.namespace.name, k8s.pod.name]",
      ),
    });
  }
  return snippets;
};

import type { Json } from "../../base/canonical.ts";
import { isJsonObject, jsonAt } from "../../base/json-at.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import { parseYaml } from "../../policy/yaml.ts";
import { toJson } from "../../policy/yaml-node.ts";

/** Where the base config receives OTLP/HTTP, and where it offers metrics to scrape; null where it does not. */
export type Endpoints = { readonly otlpHttp: string | null; readonly scrape: string | null };

const ofType = (components: Json | undefined, type: string): readonly Json[] =>
  isJsonObject(components)
    ? Object.entries(components)
        .filter(([id]) => id.split("/")[0] === type)
        .map(([, config]) => config)
    : [];

/** Listening on every address is reachable on this one. */
const local = (endpoint: Json | undefined): string | null =>
  typeof endpoint === "string" ? endpoint.replace(/^(0\.0\.0\.0|\[::\]|localhost)?:/, "127.0.0.1:") : null;

export const endpointsOf = (base: SourceFile): Endpoints => {
  const [root] = parseYaml(base, { aliases: true, maxBytes: 1 << 20 }).value;
  const config = root === undefined ? undefined : toJson(root);
  const receivers = ofType(jsonAt(config, "receivers"), "otlp").map((receiver) =>
    local(jsonAt(receiver, "protocols", "http", "endpoint")),
  );
  const exporters = ofType(jsonAt(config, "exporters"), "prometheus").map((exporter) =>
    local(jsonAt(exporter, "endpoint")),
  );
  const http = receivers.find((endpoint) => endpoint !== null) ?? null;
  const prometheus = exporters.find((endpoint) => endpoint !== null) ?? null;
  return {
    otlpHttp: http === null ? null : `http://${http}`,
    scrape: prometheus === null ? null : `http://${prometheus}/metrics`,
  };
};

import type { Json } from "../base/canonical.ts";
import type { Origin } from "../diagnostics/origin.ts";
import type { BaseConfig } from "./base-config.ts";
import { type Tree, traced } from "./tree.ts";

/** A part of the platform's own config, as it is. */
export const fromBase = (base: BaseConfig, path: string, body: Json): Tree => {
  const origin: Origin = { kind: "base", span: base.spans.get(path) ?? null, path };
  return traced(origin, body as Tree);
};

/** Exporter of a unix socket that ingest listens on. Back-off is short: the other end is a process beside us. */
export const hop = (socket: string): { readonly [key: string]: Tree } => ({
  endpoint: `unix://${socket}`,
  compression: "none",
  timeout: "60s",
  tls: { insecure: true },
  retry_on_failure: { initial_interval: "50ms", max_interval: "1s", max_elapsed_time: 0 },
});

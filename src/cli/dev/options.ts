import type { ColorWish } from "../paint.ts";
import type { Terminal } from "../terminal.ts";

/** What `otel-policy dev` was asked for. */
export type DevOptions = {
  /** A policy file or folder to watch; null: `./otel-policy-dev`, filled from two samples when it is not there. */
  readonly path: string | null;
  /** `--collector` */
  readonly collector: string | null;
  /** `--base`: path of a Collector config, or null for templates/collector/dev.yaml. */
  readonly base: string | null;
  readonly dataPlanes: readonly string[];
  readonly rootNamespace: string | null;
  readonly allowEndpoints: readonly string[];
  /** `--listen`: address of the probes and the page, or null for none. */
  readonly listen: string | null;
  /** Requests per second through the invented gateways; 0 sends none. */
  readonly requestsPerSecond: number;
  /** Ends by itself after so long; null: runs until quit. */
  readonly durationMs: number | null;
  readonly color: ColorWish;
  readonly terminal: Terminal;
};

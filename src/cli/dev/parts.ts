import { type Agent, startAgent } from "../../agent/agent.ts";
import type { AgentOptions, Serve } from "../../agent/options.ts";
import { findCollector } from "../../collector/find.ts";
import { compile } from "../../compile.ts";
import { startPrometheus } from "./prometheus.ts";

/** What `dev` is built from; tests bring their own. */
export type DevParts = {
  readonly findCollector: typeof findCollector;
  readonly startAgent: (options: AgentOptions) => Promise<Agent>;
  readonly compile: typeof compile;
  readonly serve: Serve;
  readonly startPrometheus: typeof startPrometheus;
};

export const realParts: DevParts = {
  findCollector,
  startAgent,
  compile,
  startPrometheus,
  serve: async (listen, served) => (await import("../../web/server.ts")).serve(listen, served),
};

import { invariant } from "../base/assert.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { AgentOptions, Served } from "./options.ts";
import { StartError } from "./start-error.ts";

/** The server of `--listen`, or null where there is none. An address that is taken is a finding, not a crash. */
export const serveAt = async ({ listen, serve }: Pick<AgentOptions, "listen" | "serve">, served: Served) => {
  if (listen === null) return null;
  invariant(serve !== null, "an agent that listens needs a server");
  try {
    return await serve(listen, served);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : null;
    if (code === "EADDRINUSE") throw new StartError([diagnostic("TP5011", { address: listen, by: "the agent" }, null)]);
    if (code === null) throw error;
    const words = error instanceof Error ? error.message : code;
    throw new StartError([diagnostic("TP5017", { address: listen, reason: words }, null)]);
  }
};

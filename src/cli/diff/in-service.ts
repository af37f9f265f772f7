import { join } from "node:path";
import { Generations } from "../../agent/generations.ts";
import { outcome } from "../../diagnostics/outcome.ts";
import { askAgent } from "../ask-agent.ts";
import type { Call } from "../command.ts";
import { type Compiled, compiledFrom } from "../compiled.ts";
import * as flag from "../flag-table.ts";
import { storedLedger } from "../ledger-source.ts";
import { ownRunDir } from "../own-run-dir.ts";

/** The policies of the generation that is in service, or was last, compiled anew; or why they cannot be had. */
export const inService = async (call: Call): Promise<Compiled | { readonly silence: string }> => {
  const { flags, terminal } = call;
  const runDir = flags.get(flag.runDir) ?? ownRunDir(terminal.env);
  const digest = (await liveDigest(flags.get(flag.listen))) ?? (await lastCommitted(runDir));
  if (digest === null) return { silence: `no agent answers, and ${runDir} holds no ledger of one` };
  const stored = await new Generations(join(runDir, "generations")).load(digest);
  if (stored === null) {
    const short = digest.slice(0, 12);
    return { silence: `generation ${short} is in service, but ${runDir} does not hold it: name its --run-dir` };
  }
  const counting = new Set(stored.policies.map(([file, policy]) => `${policy}\n${file}`));
  return compiledFrom(call, outcome(stored.files, []), {
    topology: "handover",
    collector: null,
    counts: (file, policy) => counting.has(`${policy}\n${file}`),
  });
};

const liveDigest = async (listen: string | null): Promise<string | null> => {
  if (listen === null) return null;
  const answer = await askAgent(listen);
  return "view" in answer ? (answer.view.live?.digest ?? null) : null;
};

const lastCommitted = async (runDir: string): Promise<string | null> =>
  (await storedLedger(runDir))?.findLast(({ outcome }) => outcome === "committed")?.digest ?? null;

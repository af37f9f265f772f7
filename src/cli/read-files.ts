import { readSnapshot } from "../agent/snapshot.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile } from "../diagnostics/source.ts";

/** How messages name standard input. */
const stdinName = "stdin";

/** Reads what was named on the command line as the agent would read it, and standard input for `-`. */
export const readFiles = async (
  paths: readonly string[],
  readStdin: () => Promise<string>,
): Promise<Outcome<readonly SourceFile[]>> => {
  const named = paths.filter((path) => path !== "-");
  const { files, diagnostics } = await readSnapshot(named);
  const stdin = named.length === paths.length ? [] : [{ path: stdinName, text: await readStdin() }];
  return outcome([...files, ...stdin], diagnostics);
};

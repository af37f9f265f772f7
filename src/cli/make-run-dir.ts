import { dirname, resolve } from "node:path";
import { openRunDir } from "../collector/run-dir.ts";
import type { Call } from "./command.ts";
import * as flag from "./flag-table.ts";

/**
 * Before a config is written into the agent's own folder that is made, as the agent would: ingest in another container
 * starts as soon as the init container has ended, and listens there. What keeps it from being made the writing tells.
 */
export const makeRunDir = async ({ flags }: Call): Promise<void> => {
  const [file, runDir] = [flags.get(flag.outputFile), flags.get(flag.runDir)];
  if (file === null || runDir === null || dirname(resolve(file)) !== resolve(runDir)) return;
  await (await openRunDir(runDir)).value?.release();
};

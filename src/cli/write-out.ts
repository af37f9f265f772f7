import { writeAtomically } from "../collector/atomic-file.ts";
import type { Call } from "./command.ts";
import { exit } from "./exit.ts";
import * as flag from "./flag-table.ts";

/** As a shell's `>` would have it; the umask decides. */
const mode = 0o666;

/** To `-o FILE`, which is replaced as a whole or not at all, else to stdout. Answers the exit code. */
export const writeOut = async ({ flags, terminal }: Call, text: string): Promise<number> => {
  const path = flags.get(flag.outputFile);
  if (path === null || path === "-") {
    terminal.out.write(text);
    return exit.ok;
  }
  const problem = await writeAtomically(path, text, mode);
  if (problem === null) return exit.ok;
  terminal.err.write(`otel-policy: ${problem.message}\n`);
  return exit.findings;
};

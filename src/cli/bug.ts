import { diagnostic } from "../diagnostics/diagnostic.ts";
import { exit } from "./exit.ts";
import type { Terminal } from "./terminal.ts";

/** Bad input never ends here: whatever was thrown is our mistake, and is said as TP9001 with what is needed to find it. */
export const reportBug = (error: unknown, terminal: Terminal): number => {
  const thrown = error instanceof Error ? error : new Error(String(error));
  const { code, message, why, fix } = diagnostic("TP9001", { detail: thrown.message }, null);
  const frames = (thrown.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  terminal.err.write(
    `error ${code}  ${message}\n  why   ${why}\n  fix   ${fix}\n${frames.map((line) => `${line}\n`).join("")}`,
  );
  return exit.bug;
};

#!/usr/bin/env node
import { reportBug } from "./cli/bug.ts";
import { commands } from "./cli/commands.ts";
import { parts } from "./cli/parts.ts";
import { run } from "./cli/run.ts";
import { processTerminal } from "./cli/terminal.ts";

const terminal = processTerminal();

/** Ends once both streams have taken what was written: exiting earlier would cut a pipe short. */
const end = (code: number): void => {
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
};

process.on("uncaughtException", (error) => end(reportBug(error, terminal)));
process.on("unhandledRejection", (error) => end(reportBug(error, terminal)));

end(await run(process.argv.slice(2), commands, terminal, parts));

import { openRunDir } from "../../../src/collector/run-dir.ts";

/** An agent that takes a run directory, says so, and stays until it is ended. */
const { value, diagnostics } = await openRunDir(process.argv[2] ?? "");
process.stdout.write(`${value === null ? (diagnostics[0]?.code ?? "?") : "held"}\n`);
setInterval(() => {}, 1000);

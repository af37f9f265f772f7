import { existsSync, readFileSync } from "node:fs";
import { systemClock } from "../../src/collector/system-clock.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { startPolicyScene } from "./policy-scene.ts";

/**
 * An agent with the real compiler in a process of its own, for tests that kill it. What it needs to know comes as JSON:
 * folders, base config, the URL of the sink. The file `killFile` can hold a pattern; at the first line of its log that
 * fits, as it is written, it kills itself. Says `ready` when it serves.
 */
const { killFile, ...options } = JSON.parse(process.argv[2] ?? "{}");
const log = createLog({
  level: "debug",
  format: "logfmt",
  clock: systemClock,
  write: (line) => {
    if (process.env["AGENT_LOG"] === "1") process.stderr.write(line);
    if (existsSync(killFile) && new RegExp(readFileSync(killFile, "utf8")).test(line))
      process.kill(process.pid, "SIGKILL");
  },
});
const scene = await startPolicyScene({}, { ...options, log, endWithParent: false });
await scene.until("ready", ({ ready, at }) => ready && at === "serving");
process.stdout.write("ready\n");
// What tests look at afterwards would look like a leak.
setInterval(() => {
  scene.views.length = 0;
  scene.findings.length = 0;
}, 1000).unref();
process.on("SIGTERM", () => void scene.agent.stop().then(() => process.exit(0)));
process.on("SIGUSR2", () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.stdout.write(`collected ${heapUsed + external}\n`);
});

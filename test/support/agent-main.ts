import { startPolicyScene } from "./policy-scene.ts";

/**
 * An agent with the real compiler in a process of its own, for tests that kill it. What it needs to know comes as JSON:
 * folders, base config, the URL of the sink. `killAt` is a pattern of a line of its log at which it kills itself, as it is written.
 * Says `ready` when it is.
 */
const { killAt, ...options } = JSON.parse(process.argv[2] ?? "{}");
const { createLog } = await import("../../src/telemetry/log.ts");
const { systemClock } = await import("../../src/collector/system-clock.ts");
let isArmed = false;
const log = createLog({
  level: "debug",
  format: "logfmt",
  clock: systemClock,
  write: (line) => {
    if (process.env["AGENT_LOG"] === "1") process.stderr.write(line);
    if (isArmed && killAt !== undefined && new RegExp(killAt).test(line)) process.kill(process.pid, "SIGKILL");
  },
});
const scene = await startPolicyScene({}, { ...options, log, endWithParent: false });
await scene.until("ready", ({ ready, at }) => ready && at === "serving");
isArmed = true;
process.stdout.write("ready\n");
process.on("SIGTERM", () => void scene.agent.stop().then(() => process.exit(0)));

import { systemClock } from "../../../src/collector/system-clock.ts";
import { createInstruments, globalProviders } from "../../../src/telemetry/instruments.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { startSdk } from "../../../src/telemetry/sdk.ts";

/** An agent that makes one reload, says what became of its SDK, and ends. */
const log = createLog({
  level: "info",
  format: "logfmt",
  clock: systemClock,
  write: (text) => process.stderr.write(text),
});
const { sdk, problem } = await startSdk({ env: process.env, version: "1.2.3", log, clock: systemClock });
const instruments = createInstruments(globalProviders());
const reload = instruments.startReload();
for (const stage of ["compile", "validate", "start"] as const) reload.stage(stage)();
const prove = reload.stage("prove");
prove("never healthy");
reload.end({ outcome: "rejected", reason: "not_healthy", digest: "c0ffee", words: "never healthy" });
instruments.reloadEnded({ outcome: "rejected", reason: "not_healthy", at: 0, totalMs: 70, stages: { compile: 8 } });
await sdk?.shutdown(Number(process.argv[2] ?? 5000));
process.stdout.write(JSON.stringify({ sdk: sdk !== null, problem, traceId: reload.traceId }));
process.exit(0);

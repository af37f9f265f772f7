import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryFolder } from "../support/children.ts";
import { collectorPath, requireCollector } from "../support/collector.ts";
import { runCli } from "../unit/cli/run-cli.ts";

const samples = join(import.meta.dirname, "../../samples");
const env = { PATH: process.env["PATH"], OTELCOL_BIN: collectorPath };

test("the samples' tests pass, and fail when their policy says otherwise", async (t) => {
  requireCollector();
  const folder = temporaryFolder(t);
  for (const name of ["02-model-metrics", "03-tool-audit"])
    cpSync(join(samples, name), join(folder, name), { recursive: true });
  const good = await runCli(`test ${folder}`, { env });
  assert.deepEqual([good.code, good.err], [0, ""], good.out);
  assert.match(good.out, /^2 passed, 0 failed$/m);

  const audit = join(folder, "03-tool-audit/policy.yaml");
  writeFileSync(audit, readFileSync(audit, "utf8").replace("- x-team", "- x-tenant"));
  const other = join(folder, "02-model-metrics/policy.yaml");
  writeFileSync(other, readFileSync(other, "utf8").replace("enabled: true", "enabled: perhaps"));
  const bad = await runCli(`test ${folder} -q`, { env });
  assert.equal(bad.code, 1);
  assert.match(bad.out, /failed {2}the policies\n.*policy\.yaml:\d+:\d+ {2}error TP2/);
  assert.match(bad.out, /policy\.test\.yaml:\d+:\d+ {2}error TP7003 .*exactly the fields .*; found .*x-tenant/);
  assert.match(bad.out, /^0 passed, 2 failed$/m);
});

test("what a flag of the platform refuses is refused here, too", async () => {
  requireCollector();
  const { code, out } = await runCli(`test ${join(samples, "03-tool-audit")} --namespace-budget policies=0`, { env });
  assert.equal(code, 1);
  assert.match(out, /failed {2}the policies\n.*policy\.yaml:\d+:\d+ {2}error TP3008/);
});

test("records that cannot be sent fail the test that sends them", async (t) => {
  requireCollector();
  const folder = temporaryFolder(t);
  cpSync(join(samples, "03-tool-audit"), folder, { recursive: true });
  const at = join(folder, "requests.jsonl");
  for (const [text, problem] of [
    ["{", /is no JSON/],
    ['{"resourceLogs": [{"scopeLogs": 7}]}', /is refused by the Collector: 400/],
  ] as const) {
    writeFileSync(at, text);
    const { code, out } = await runCli(`test ${folder}`, { env });
    assert.equal(code, 1);
    assert.match(out, problem);
    assert.match(out, /^0 passed, 1 failed$/m);
  }
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { collectorPath, requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { poll } from "../support/poll.ts";
import { good } from "../unit/cli/policies.ts";
import { cleanEnv, mainPath, root, runMain } from "./cli.ts";

const baseConfig = (grpc: number, prometheus: number): string => `
receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:${grpc}"}}}}
exporters: {nop: , prometheus: {endpoint: "127.0.0.1:${prometheus}"}}
service:
  pipelines:
    traces: {receivers: [otlp], exporters: [nop]}
    metrics: {receivers: [otlp], exporters: [prometheus]}
    logs: {receivers: [otlp], exporters: [nop]}
`;

/** A folder with one policy, a base config on free ports, and the command line of an agent for them. */
const site = async (t: TestContext) => {
  requireCollector();
  const folder = mkdtempSync(join(tmpdir(), "op-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [grpc = 0, prometheus = 0, listen = 0] = await freePorts(3);
  const policies = join(folder, "policies");
  mkdirSync(policies);
  writeFileSync(join(policies, "edge.yaml"), good);
  writeFileSync(join(folder, "base.yaml"), baseConfig(grpc, prometheus));
  const address = `127.0.0.1:${listen}`;
  const args = ["agent", "--policy-dir", policies, "--base", join(folder, "base.yaml"), "--run-dir", join(folder, "r")];
  return { folder, address, args: [...args, "--listen", address, "--collector", collectorPath] };
};

test("agent, asked by status, looks again on HUP, stops on TERM with 0", async (t) => {
  const { address, args } = await site(t);
  const child = spawn(process.execPath, [mainPath, ...args], {
    cwd: root,
    env: cleanEnv(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  t.after(() => child.kill("SIGKILL"));
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const exited = once(child, "exit");
  const said = (words: string) => poll(words, () => child.exitCode !== null || log.includes(words), 15_000);

  await said('msg="policies applied"');
  const status = await runMain(["status", "--listen", address]);
  assert.equal(status.code, 0, `${status.err}\n${log}`);
  assert.match(status.out, /\nprod\/edge +active +Gateway prod\/edge/);
  const json = await runMain(["status", "--listen", address, "-o", "json"]);
  assert.equal(JSON.parse(json.out).live.number, 1);

  child.kill("SIGHUP");
  await said('msg="looking again"');
  child.kill("SIGTERM");
  const [code] = await exited;
  assert.equal(code, 0, log);
  assert.match(log, /msg=stopped/);
  assert.equal((await runMain(["status", "--listen", address])).code, 1);
});

test("agent --once applies and ends with 0; with a policy folder that is not there it does not", async (t) => {
  const { folder, args } = await site(t);
  const applied = await runMain([...args, "--once"]);
  assert.equal(applied.code, 0, applied.err);
  const absent = args.map((word) => (word === join(folder, "policies") ? join(folder, "absent") : word));
  const failed = await runMain([...absent, "--once"]);
  assert.equal(failed.code, 1, failed.err);
  assert.match(failed.err, /level=error .*code=TP1002/);
});

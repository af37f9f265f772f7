import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { bad, folderWith, good } from "./policies.ts";
import { runCli } from "./run-cli.ts";

test("the config on stdout, talk on stderr, 0", async () => {
  const { code, out, err } = await runCli("render -", { stdin: good });
  assert.equal(code, 0);
  assert.match(out, /^receivers:/m);
  assert.doesNotMatch(out, /polic(y|ies), /);
  assert.match(err, /^1 policy, 0 errors/);
});

test("a policy with an error is left out, the rest is rendered, and 1", async () => {
  const both = await runCli("render -", { stdin: `${good}---\n${bad}` });
  const alone = await runCli("render -", { stdin: good });
  assert.equal(both.code, 1);
  assert.equal(both.out, alone.out);
  assert.match(both.err, /error TP2102/);
});

test("handover has two parts; core is not the single config", async () => {
  const part = async (name: string) =>
    (await runCli(`render -q --topology handover --part ${name} -`, { stdin: good })).out;
  const [ingest, core] = [await part("ingest"), await part("core")];
  assert.notEqual(ingest, core);
  assert.notEqual(core, (await runCli("render -q -", { stdin: good })).out);
  assert.match(core, /OTEL_POLICY_CORE_SOCKET/);
});

test("-o replaces the file as a whole and says nothing on stdout", async (t) => {
  const folder = folderWith(t, { "policy.yaml": good, "out.yaml": "what was there before" });
  const { code, out } = await runCli(`render -o ${join(folder, "out.yaml")} ${join(folder, "policy.yaml")}`);
  assert.deepEqual([code, out], [0, ""]);
  assert.equal(
    readFileSync(join(folder, "out.yaml"), "utf8"),
    (await runCli(`render ${join(folder, "policy.yaml")}`)).out,
  );
  assert.deepEqual(readdirSync(folder), ["out.yaml", "policy.yaml"]);
});

test("a file that cannot be written is said, with 1", async (t) => {
  const { code, err } = await runCli(`render -q -o ${join(folderWith(t, {}), "no/such/out.yaml")} -`, { stdin: good });
  assert.equal(code, 1);
  assert.match(err, /^otel-policy: .*out\.yaml cannot be written: the directory does not exist\n$/);
});

test("--base: an own config, and one that is not there", async (t) => {
  const folder = folderWith(t, {
    "base.yaml":
      "receivers: {otlp: {protocols: {grpc: {endpoint: 127.0.0.1:9999}}}}\nexporters: {nop: }\nservice: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}\n",
  });
  const { code, out } = await runCli(`render -q --base ${join(folder, "base.yaml")} -`, { stdin: good });
  assert.equal(code, 0);
  assert.match(out, /127\.0\.0\.1:9999/);
  const absent = await runCli(`render --base ${join(folder, "absent.yaml")} -`, { stdin: good });
  assert.equal(absent.code, 2);
  assert.match(absent.err, /^otel-policy: --base .*absent\.yaml cannot be read: ENOENT/);
});

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { type Ended, runMain } from "./cli.ts";

const misbehaving = fileURLToPath(new URL("../faults/collectors/misbehaves.sh", import.meta.url));

/** Runs an agent over one policy to its end. Each run finds what the runs before it left. */
const site = async (t: TestContext) => {
  const real = requireCollector();
  const folder = temporaryFolder(t);
  const [otlp = 0] = await freePorts(1);
  const policies = join(folder, "policies");
  mkdirSync(policies);
  writeFileSync(
    join(folder, "base.yaml"),
    `receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:${otlp}"}}}}
exporters: {nop: }
service: {pipelines: {traces: {receivers: [otlp], exporters: [nop]}}}
`,
  );
  const out = join(folder, "out.yaml");
  const run = async (policy: string, words: readonly string[] = []): Promise<Ended> => {
    writeFileSync(join(policies, "a.yaml"), policy);
    const places = ["--policy-dir", policies, "--base", join(folder, "base.yaml"), "--run-dir", join(folder, "r")];
    const args = ["agent", "--once", ...places, "--listen", "none", "--reload-timeout", "2s", ...words];
    return runMain([...args, "--collector", misbehaving], { env: { REAL_COLLECTOR: real } });
  };
  return { run, out, none: ["--topology", "single", "--collector-mode", "none", "--config-out", out] };
};

/** What the first try of all can come to, where nothing was in service before. */
const firstTries = [
  ["good", 0, "committed", "applied"],
  ["REFUSED", 1, "rejected", "validate_failed"],
  ["NEVER_STARTS", 1, "rejected", "start_failed"],
  ["NEVER_HEALTHY", 1, "rejected", "not_healthy"],
] as const;

describe("agent --once ends as its only try does, and says how", () => {
  for (const [mark, code, outcome, reason] of firstTries)
    test(`${outcome} ${reason}: ${code}`, async (t) => {
      const { run } = await site(t);
      const ended = await run(markPolicy("a", mark));
      assert.equal(ended.code, code, ended.err);
      assert.match(ended.err, new RegExp(`reason=${reason}\\b`), ended.err);
    });

  test("committed, but without a policy that cannot be read: 1, for an init container must not pass without it", async (t) => {
    const { run } = await site(t);
    const ended = await run("spec: [");
    assert.equal(ended.code, 1, ended.err);
    assert.match(ended.err, /code=TP1005/, ended.err);
    assert.match(ended.err, /reason=applied\b/, ended.err);
  });

  test("a file for others to run: 0 each time it is what the policies say, 1 where it is not", async (t) => {
    const { run, out, none } = await site(t);
    assert.equal((await run(markPolicy("a", "mark-1"), none)).code, 0);
    const one = readFileSync(out, "utf8");
    assert.match(one, /mark-1/);
    const again = await run(markPolicy("a", "mark-1"), none);
    assert.equal(again.code, 0, again.err);
    assert.equal(readFileSync(out, "utf8"), one);
    const refused = await run(markPolicy("a", "REFUSED"), none);
    assert.equal(refused.code, 1, refused.err);
    assert.match(refused.err, /code=TP5018/, refused.err);
    const without = readFileSync(out, "utf8");
    assert.doesNotMatch(without, /REFUSED/);
    assert.equal((await run(markPolicy("a", "mark-2"), none)).code, 0);
    assert.equal(readFileSync(out, "utf8").replace("mark-2", "mark-1"), one);
  });
});

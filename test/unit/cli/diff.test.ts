import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ledgerLine } from "../../../src/agent/ledger-line.ts";
import { temporaryFolder } from "../../support/children.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";
import { runCli } from "./run-cli.ts";

const spec = (percent: number, key: string, env = "prod"): string => `  tracing:
    samplingRate: {percent: ${percent}}
    customAttributes: [{attributeName: env, literalValue: ${env}}]
  metrics:
    enabled: true
    overrides: [{name: request_count, dimensions: [{key: ${key}, fromHeader: x-team}]}]
`;

const scene = (t: TestContext) => {
  const folder = temporaryFolder(t);
  const put = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  return { folder, put };
};

test("setting by setting, with the line that says so, the reload and what ends", async (t) => {
  const { put } = scene(t);
  const a = put("a.yaml", draftPolicy("gw", spec(5, "team")));
  const b = put("b.yaml", draftPolicy("gw", spec(20, "group")));
  const { code, out, err } = await runCli(`diff ${a} ${b}`);
  assert.deepEqual([code, err], [1, ""]);
  assert.equal(
    out.replaceAll(/\S*\/(?=[ab]\.yaml:)/g, ""),
    `Gateway/ns/gw  policy ns/gw
  +  metrics.overrides.request_count.dimensions.group.source  header x-team                b.yaml:11:77
  -  metrics.overrides.request_count.dimensions.team.source   header x-team                a.yaml:11:76
  ~  tracing.rootRate                                         5/100 = 5 % → 20/100 = 20 %  b.yaml:7:29

reload  core: a new core starts beside the one in service: nothing is refused, counters go on
ends    request_count of Gateway/ns/gw: its series get other labels, so the old ones stop growing
`,
  );
});

test("the same decisions in other words are no difference", async (t) => {
  const { put } = scene(t);
  const a = put("a.yaml", draftPolicy("gw", spec(5, "team")));
  const b = put("b.yaml", `# a comment\n${draftPolicy("gw", spec(5, "team")).replace("percent: 5", '"percent": 5')}`);
  const { code, out } = await runCli(`diff ${a} ${b}`);
  assert.deepEqual([code, out], [0, "no difference: the same targets, settings and rendered bytes\n"]);
});

test("targets that come and go, for programs", async (t) => {
  const { put } = scene(t);
  const a = put("a.yaml", draftPolicy("old", spec(5, "team")));
  const b = put("b.yaml", draftPolicy("new", "  tracing: {samplingRate: {percent: 1}}"));
  const { code, out } = await runCli(`diff ${a} ${b} -o json`);
  const { targets, reload, ends } = JSON.parse(out);
  assert.deepEqual([code, reload, targets.length, ends.length], [1, "core", 2, 1]);
  const [added, removed] = targets;
  assert.deepEqual([added.before, removed.after], [null, null]);
  assert.match(added.target, /^Gateway\/.*\/new$/);
  assert.match(ends[0], /^derived series of Gateway\/.*\/old stop growing$/);
});

test("a side with errors is told, not compared", async (t) => {
  const { put } = scene(t);
  const a = put("a.yaml", draftPolicy("gw", spec(5, "team")));
  const b = put("b.yaml", draftPolicy("gw", spec(500, "team")));
  const { code, out, err } = await runCli(`diff ${a} ${b}`);
  assert.deepEqual([code, out], [2, ""]);
  assert.match(err, /TP2\d{3}/);
});

test("--running compares with the generation that the ledger says was committed last", async (t) => {
  const { folder, put } = scene(t);
  const path = put("a.yaml", draftPolicy("gw", spec(5, "team")));
  const none = await runCli(`diff --running ${path} --listen none --run-dir ${folder}`);
  assert.deepEqual([none.code, none.out], [2, ""]);
  assert.match(none.err, /holds no ledger/);

  const text = draftPolicy("gw", spec(5, "team", "canary"));
  const { effective } = compileText(text);
  const digest = "ab".repeat(32);
  const policies = effective.map(({ policy }) => ["kept.yaml", policy.id]);
  assert.equal(policies.length, 1);
  mkdirSync(join(folder, "generations"));
  const stored = { digest, files: [{ path: "kept.yaml", text }], policies };
  writeFileSync(join(folder, "generations", `${digest}.json`), JSON.stringify(stored));
  const entry = {
    ...{ number: 1, at: 1_795_494_668_000, outcome: "committed" as const, reason: "applied" as const, digest },
    ...{ ingestDigest: "i", parent: null, generation: 1, cause: "change" as const, policies: {}, setAside: [] },
    ...{ checks: {}, totalMs: 1, refused: 0, gapMs: 0, collector: "0.158.0", words: null },
  };
  writeFileSync(join(folder, "ledger.log"), ledgerLine(entry));
  const { code, out, err } = await runCli(`diff --running ${path} --listen none --run-dir ${folder}`);
  assert.equal(code, 1, err);
  assert.match(out, /~ {2}tracing\.attributes\.env\.source {2}"canary" → "prod" {2}\S*a\.yaml:\d+:\d+/);
});

test("two sides, or one and --running", async () => {
  assert.equal((await runCli("diff samples/01-draft-example")).code, 2);
  assert.equal((await runCli("diff --running samples samples")).code, 2);
});

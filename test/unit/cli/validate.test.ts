import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { outcome } from "../../../src/diagnostics/outcome.ts";
import { bad, doubtful, folderWith, good } from "./policies.ts";
import { runCli } from "./run-cli.ts";

test("nothing wrong: nothing on stdout, a summary on stderr, 0", async () =>
  assert.deepEqual(await runCli("validate -", { stdin: good }), {
    code: 0,
    out: "",
    err: "1 policy, 0 errors, 0 warnings, 1 note (-v shows them)\n",
  }));

test("an error: a frame on stdout, 1", async () => {
  const { code, out, err } = await runCli("validate -", { stdin: bad });
  assert.equal(code, 1);
  assert.match(out, /^stdin:6:37 {2}error TP2102 {2}sampling percent 120 is outside 0–100\n/);
  assert.match(err, /^\n1 policy, 1 error, 0 warnings/);
});

test("a warning: 0, and 1 with --strict", async () => {
  const relaxed = await runCli("validate -", { stdin: doubtful });
  assert.equal(relaxed.code, 0);
  assert.match(relaxed.out, /warning TP2006/);
  const strict = await runCli("validate - --strict", { stdin: doubtful });
  assert.equal(strict.code, 1);
  assert.match(strict.out, /error TP2006/);
});

test("-q shows errors only and no summary", async () => {
  assert.deepEqual(await runCli("validate -q -", { stdin: doubtful }), { code: 0, out: "", err: "" });
  assert.match((await runCli("validate -q -", { stdin: bad })).out, /TP2102/);
});

test("-v shows notes", async () => {
  const { out, err } = await runCli("validate -v -", { stdin: good });
  assert.match(out, /info TP3005/);
  assert.match(err, /1 note\n$/);
});

test("files, folders and operands together; findings in the order of their places", async (t) => {
  const folder = folderWith(t, { "b.yaml": bad, "a.yml": doubtful, "notes.txt": "not a policy" });
  const file = join(folder, "b.yaml");
  const { out, err } = await runCli(`validate -f ${file} ${folder}`);
  assert.deepEqual(
    [...out.matchAll(/(?:error|warning) TP\d+/g)].map(([found]) => found),
    ["warning TP2006", "error TP2102"],
  );
  assert.match(err, /2 policies, 1 error, 1 warning/, "a file named twice is read once");
});

test("a path that is not there is a finding", async (t) => {
  const { code, out } = await runCli(`validate ${join(folderWith(t, {}), "absent")}`);
  assert.equal(code, 1);
  assert.match(out, /error TP1002/);
});

describe("formats", () => {
  test("json", async () => {
    const { out } = await runCli("validate -o json -", { stdin: bad });
    const parsed: { diagnostics: { code: string }[] } = JSON.parse(out);
    assert.deepEqual(
      parsed.diagnostics.map(({ code }) => code).filter((code) => code !== "TP3005"),
      ["TP2102"],
    );
  });
  test("json has notes even where text would hide them", async () => {
    const { out } = await runCli("validate -q -o json -", { stdin: good });
    assert.match(out, /TP3005/);
  });
  test("github", async () =>
    assert.match((await runCli("validate -o github -", { stdin: bad })).out, /^::error .*file=stdin.*TP2102/m));
  test("sarif", async () => {
    const { out } = await runCli("validate -o sarif -", { stdin: bad });
    assert.equal(JSON.parse(out).version, "2.1.0");
  });
});

test("--portable reports extension fields", async () => {
  const stdin = good.replace("tracing: {", "tracing: {enabled: true, ");
  assert.doesNotMatch((await runCli("validate -", { stdin })).out, /TP2601/);
  assert.match((await runCli("validate --portable -", { stdin })).out, /warning TP2601/);
});

/** Has whatever it is asked for. */
class Everything extends Set<string> {
  override has(): boolean {
    return true;
  }
}

describe("the Collector", () => {
  const binary = { path: "/fake", version: "0.158.0", components: new Set<string>(), source: "flag" as const };

  test("none to use: 3, and why", async () => {
    const findCollector = async () => outcome(null, [diagnostic("TP5001", { looked: ["PATH"] }, null)]);
    const { code, out, err } = await runCli("validate --with-collector -", {
      stdin: good,
      parts: { findCollector: async () => findCollector },
    });
    assert.deepEqual([code, out], [3, ""]);
    assert.match(err, /^error TP5001/);
  });

  test("what it refuses points at the line that caused it", async () => {
    const sent: string[] = [];
    const { code, out } = await runCli("validate --with-collector -", {
      stdin: good.replace(
        "{samplingRate",
        '{provider: {type: OTLP, endpoint: "otel.monitoring.svc:4317"}, samplingRate',
      ),
      parts: {
        findCollector: async () => async () => outcome({ ...binary, components: new Everything() }),
        validateConfig: async () => async (_binary, path, env) => {
          sent.push(path, String(env["OTEL_POLICY_SLOT"]));
          const exporter = /otlp_grpc\/otel_policy_\w+/.exec(readFileSync(path, "utf8"))?.[0] ?? "";
          const words = "endpoint is odd";
          const at = `exporters::${exporter}`;
          return { ok: false, words: `${at}: ${words}`, kind: "refused", findings: [{ path: at, words }] };
        },
      },
    });
    assert.equal(code, 1);
    assert.match(out, /stdin:6:\d+ {2}error TP5010 {2}.*endpoint is odd/);
    assert.equal(sent.length, 2, "single topology has one config");
    assert.ok(!existsSync(sent[0] ?? ""), "nothing is left behind");
  });
});

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { refusalOf } from "../../src/collector/failures.ts";
import { validateConfig } from "../../src/collector/validate.ts";
import { childPath, temporaryFolder } from "../support/children.ts";
import { requireCollector } from "../support/collector.ts";

const good = `
receivers: {otlp: {protocols: {http: {endpoint: "127.0.0.1:\${env:PORT}"}}}}
processors: {transform: {trace_statements: ['set(span.name, "x")']}}
exporters: {debug: {}}
service:
  pipelines:
    traces: {receivers: [otlp], processors: [transform], exporters: [debug]}
`;

const validate = (t: TestContext, text: string, options: Parameters<typeof validateConfig>[3] = {}) => {
  const path = join(temporaryFolder(t), "config.yaml");
  writeFileSync(path, text);
  return validateConfig({ path: requireCollector() }, path, { PORT: "4318" }, options);
};

describe("validate with the real Collector", () => {
  test("accepts what it can run", async (t) => {
    const answer = await validate(t, good);
    assert.deepEqual(answer, { ok: true });
    assert.deepEqual(refusalOf(answer), []);
  });

  const cases: readonly [string, [from: string, to: string], string | null, RegExp][] = [
    [
      "unknown exporter",
      ["exporters: [debug]", "exporters: [nope]"],
      "service::pipelines::traces",
      /^references exporter "nope" which is not configured$/,
    ],
    ["unknown key", ["debug: {}", "debug: {verbo: 1}"], "exporters::debug", /^unknown key verbo$/],
    [
      "unknown nested key",
      ["{endpoint:", "{endpointt:"],
      "receivers::otlp::protocols::http",
      /^unknown key endpointt$/,
    ],
    ["wrong value", ["debug: {}", "debug: {verbosity: loud}"], "exporters::debug::verbosity", /loud/],
    [
      "wrong type",
      ["debug: {}", "debug: {sampling_initial: x}"],
      "exporters::debug::sampling_initial",
      /^expected type 'int'/,
    ],
    ["unknown type", ["debug: {}", "dbug: {}"], "exporters::dbug", /^this Collector has no component type "dbug"$/],
    ["bad OTTL", ['"x")', '"x"'], "processors::transform", /invalid syntax/],
    [
      "missing setting",
      ["debug: {}", "debug: {}, otlp_grpc: {}"],
      "exporters::otlp_grpc",
      /^requires a non-empty "endpoint"$/,
    ],
    ["bad service key", ["service:", "service:\n  nope: 1"], "service", /^unknown key nope$/],
    ["bad top-level key", ["service:", "nope: 1\nservice:"], null, /^unknown key nope$/],
    ["bad YAML", ["{debug: {}}", "{debug: {}"], null, /^not valid YAML: /],
  ];
  for (const [name, [from, to], path, words] of cases) {
    test(`${name}: ${path ?? "no path"}`, async (t) => {
      assert.ok(good.includes(from));
      const unused = to.includes("otlp_grpc") ? good.replace("[debug]", "[otlp_grpc]") : good;
      const answer = await validate(t, unused.replace(from, to));
      assert.ok(!answer.ok);
      assert.equal(answer.kind, "refused");
      assert.equal(answer.findings[0]?.path, path);
      assert.match(answer.findings[0]?.words ?? "", words);
      assert.doesNotMatch(answer.words, /Error:|failed to get config|valid values/);
    });
  }

  test("several findings come one a line, each with its path", async (t) => {
    const answer = await validate(t, good.replace("debug: {}", "debug: {verbo: 1, sampling_initial: x}"));
    assert.ok(!answer.ok);
    assert.deepEqual(answer.findings.map((finding) => finding.path).sort(), [
      "exporters::debug",
      "exporters::debug::sampling_initial",
    ]);
    assert.equal(answer.words.split("\n").length, 2);
    assert.deepEqual(
      refusalOf(answer).map((d) => d.code),
      ["TP5010"],
    );
  });

  test("feature gates are passed on", async (t) => {
    const answer = await validate(t, good, { featureGates: ["nope.nope"] });
    assert.ok(!answer.ok);
    assert.match(answer.words, /no such feature gate "nope\.nope"/);
    assert.deepEqual(await validate(t, good, { featureGates: ["service.partialReload"] }), { ok: true });
  });
});

describe("validate with something that misbehaves", () => {
  test("config, gates and environment arrive as at a start", async () => {
    const answer = await validateConfig(
      { path: childPath("prints-environment.sh") },
      "/run/x.yaml",
      { WITNESS: "this" },
      { featureGates: ["a", "-b"] },
    );
    assert.ok(!answer.ok);
    assert.equal(answer.words, "validate --config=file:/run/x.yaml --feature-gates=a,-b with this");
  });

  test("one that hangs says nothing about the config", async () => {
    const answer = await validateConfig(
      { path: childPath("hangs.sh") },
      "/x.yaml",
      { PATH: "/usr/bin:/bin" },
      { timeoutMs: 150 },
    );
    assert.ok(!answer.ok);
    assert.deepEqual([answer.kind, answer.words], ["unanswered", "validate did not end within 150 ms"]);
  });

  test("one that is gone does not either", async () => {
    const answer = await validateConfig({ path: "/nowhere/otelcol" }, "/x.yaml", {});
    assert.ok(!answer.ok);
    assert.equal(answer.kind, "unanswered");
    assert.match(answer.words, /^\/nowhere\/otelcol cannot be started: /);
  });

  test("a crash is told by its last words", async () => {
    const answer = await validateConfig({ path: childPath("crashes.sh") }, "/x.yaml", {});
    assert.ok(!answer.ok);
    assert.equal(answer.kind, "unanswered");
    assert.match(answer.words, /nil pointer dereference/);
  });
});

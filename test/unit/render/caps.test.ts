import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Compilation, compile } from "../../../src/compile.ts";
import type { SeenValues } from "../../../src/plan/types.ts";

const base = {
  path: "base.yaml",
  text: `receivers: {otlp: {protocols: {grpc: {}}}}
exporters: {debug: {}}
service: {pipelines: {traces: {receivers: [otlp], exporters: [debug]}, logs: {receivers: [otlp], exporters: [debug]}}}
`,
};

const policy = (namespace: string, dimensions: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: p, namespace: ${namespace}}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: gw}
  metrics:
    overrides:
      - {name: request_count, dimensions: [${dimensions}]}
`;

const run = (
  texts: readonly string[],
  seen: readonly SeenValues[] = [],
  topology: "handover" | "single" = "handover",
): Compilation =>
  compile(
    texts.map((text, index) => ({ path: `${index}.yaml`, text })),
    {
      dataPlanes: ["otlp"],
      rootNamespace: null,
      allowEndpoints: [],
      base,
      topology,
      collector: null,
      redirectSinks: null,
      seen,
    },
  );

const team = "{key: team, fromHeader: x-team, limit: 2}";
const seenBy = (namespace: string, ...values: readonly string[]): SeenValues => ({
  policy: `${namespace}/p`,
  key: "team",
  values,
});
const coreOf = ({ rendered }: Compilation): string => rendered?.core.yaml ?? "";
/** Statements that cap, as they stand in the file, once for spans and logs together. */
const capLines = (compilation: Compilation): readonly string[] => [
  ...new Set(
    coreOf(compilation)
      .split("\n")
      .filter((line) => line.includes("datapoint.cache")),
  ),
];

describe("the limit of a dimension", () => {
  test("is 100 where nothing is written, and the lowest of those that are", () => {
    const caps = (dimensions: string): unknown =>
      run([policy("a", dimensions)]).plan.caps?.find(({ key }) => key === "team");
    assert.deepEqual(caps("{key: team, fromHeader: x-team}"), { policy: "a/p", key: "team", limit: 100 });
    assert.deepEqual(caps(team), { policy: "a/p", key: "team", limit: 2 });
    const twice = policy("a", team).replace(
      "overrides:",
      "overrides:\n      - {name: request_duration, dimensions: [{key: team, fromHeader: x-team, limit: 1}]}",
    );
    assert.equal(run([twice]).plan.caps?.find(({ key }) => key === "team")?.limit, 1);
  });

  test("can be written alone for a dimension that a family has by itself; a fixed value and a closed set have none", () => {
    const { plan, diagnostics } = run([
      policy("a", '{key: http.request.method, limit: 7}, {key: zone, value: "z"}, {key: up, fromAttribute: up.stream}'),
    ]);
    const limits = Object.fromEntries((plan.caps ?? []).map(({ key, limit }) => [key, limit]));
    assert.equal(limits["http.request.method"], 7);
    assert.equal(limits["up"], 100);
    assert.equal(limits["zone"], undefined);
    assert.equal(limits["http.response.status_code"], undefined);
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity !== "info"),
      [],
    );
  });

  test("that can hold nowhere is told", () => {
    const codes = (dimensions: string, topology: "handover" | "single"): readonly string[] =>
      run([policy("a", dimensions)], [], topology)
        .diagnostics.filter(({ code }) => code === "TP4025" || code === "TP4026")
        .map(({ code, severity }) => `${code} ${severity}`);
    assert.deepEqual(codes("{key: tenant, limit: 5}", "handover"), ["TP4025 warning"]);
    assert.deepEqual(codes(team, "handover"), []);
    assert.deepEqual(codes(team, "single"), ["TP4026 info"]);
  });

  test("must be a whole number from 1 to 1000, and belongs to no removed dimension", () => {
    const codes = (dimension: string): readonly string[] =>
      run([policy("a", dimension)])
        .diagnostics.filter(({ severity }) => severity === "error")
        .map(({ code }) => code);
    for (const limit of ["0", "-1", "1001", "1.5", '"5"', "[]"])
      assert.deepEqual(codes(`{key: team, fromHeader: x-team, limit: ${limit}}`), ["TP2003"], limit);
    for (const limit of ["1", "1000"]) assert.deepEqual(codes(`{key: team, fromHeader: x-team, limit: ${limit}}`), []);
    assert.deepEqual(codes("{key: team, remove: true, limit: 5}"), ["TP2405"]);
  });
});

describe("the rendered core", () => {
  test("is the same to the byte as long as no dimension is full", () => {
    const without = coreOf(run([policy("a", team)]));
    assert.equal(coreOf(run([policy("a", team)], [seenBy("a", "x")])), without);
    assert.equal(coreOf(run([policy("a", team)], [seenBy("gone", "x", "y", "z")])), without);
    assert.match(without, /otel_policy_values/);
  });

  test("lists the values of a full dimension, the first ones up to the limit", () => {
    const lines = capLines(run([policy("a", team)], [seenBy("a", "one", "two", "three")]));
    assert.equal(lines.length, 3);
    const [, list = "", verdict = ""] = lines;
    assert.ok(list.includes("one") && list.includes("two") && !list.includes("three"), list);
    assert.ok(!list.includes("otel_policy.row.policy"), "one policy needs no telling apart");
    assert.match(verdict, /set\(datapoint\.attributes\[\\"team\\"\], \\"other\\"\)/);
  });

  test("keeps the lists of policies apart that share a class", () => {
    const both = run([policy("a", team), policy("b", team)], [seenBy("a", "one", "two"), seenBy("b", "six", "nix")]);
    assert.equal(both.plan.classes.filter(({ signal }) => signal === "traces").length, 1);
    const lines = capLines(both);
    assert.equal(lines.length, 4);
    assert.ok(lines.some((line) => line.includes("one") && line.includes('== \\"a/p\\"')));
    assert.ok(lines.some((line) => line.includes("six") && line.includes('== \\"b/p\\"')));
  });

  test("cuts long lists into literals that are parsed in no time, ordered as the Collector compares", () => {
    const values = Array.from(
      { length: 200 },
      (_, index) => `${index % 2 === 0 ? "\uffff" : "\u{10000}"}${"x".repeat(60)}${index}`,
    );
    const lines = capLines(run([policy("a", "{key: team, fromHeader: x-team, limit: 200}")], [seenBy("a", ...values)]));
    const lists = lines.filter((line) => line.includes("u0000") && !line.includes("Index"));
    assert.ok(lists.length > 4, `${lists.length} lists`);
    for (const line of lists) assert.ok(new TextEncoder().encode(line).length < 4500, `${line.length}`);
    // U+FFFF is three bytes from EF, U+10000 four from F0: in UTF-16 they are the other way round.
    assert.ok(
      lists.findLastIndex((line) => line.includes("\uffff")) <= lists.findIndex((line) => line.includes("\u{10000}")),
    );
  });

  test("leaves out of the list what is no name: too long, or with the separator in it", () => {
    const long = "y".repeat(129);
    const lines = capLines(run([policy("a", team)], [seenBy("a", long, "a\u0000b")])).join("\n");
    assert.ok(!lines.includes(long) && !lines.includes("a\\u0000b"), lines);
    assert.match(lines, /other/);
  });

  test("of the single topology tells no values to anybody", () => {
    const core = coreOf(run([policy("a", team)], [], "single"));
    assert.doesNotMatch(core, /otel_policy_values/);
  });
});

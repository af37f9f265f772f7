import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type CameOut, cameOut } from "../../../src/cli/policy-test/came-out.ts";
import { judge } from "../../../src/cli/policy-test/judge.ts";
import { exportsIn } from "../../../src/cli/policy-test/otlp-input.ts";
import { readTestFile } from "../../../src/cli/policy-test/read-test-file.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";

const read = (text: string) => readTestFile({ path: "a.test.yaml", text });
const whole = `tests:
  - name: t
    send: [a.jsonl]
    expect:
`;

describe("a test file", () => {
  test("is read with defaults", () => {
    const { value, diagnostics } = read(`${whole}      lines: {where: {path: /a, code: 200}, fields: [path]}\n`);
    assert.deepEqual(diagnostics, []);
    assert.deepEqual([value?.policies, value?.dataPlanes], [null, null]);
    const [expectation] = value?.tests[0]?.expect ?? [];
    assert.deepEqual(
      [...(expectation?.where ?? [])],
      [
        ["path", "/a"],
        ["code", 200],
      ],
    );
    assert.deepEqual([expectation?.count, expectation?.fields], [null, ["path"]]);
  });

  for (const [what, text, message] of [
    ["without tests", "policies: [a.yaml]\n", /tests are missing/],
    ["that cannot fail", "tests: [{name: t, send: [a]}]\n", /expect expects nothing/],
    ["that sends nothing", "tests: [{name: t, expect: {spans: {count: 1}}}]\n", /send is missing/],
    [
      "with a field nobody knows",
      `${whole}      spans: {cuont: 1}\n`,
      /cuont, which there is not \(did you mean count|cuont.*count/,
    ],
    ["with a field of another kind", `${whole}      spans: {value: 1}\n`, /has the field value/],
    ["with a number in quotes", `${whole}      spans: {count: "1"}\n`, /count is no whole number/],
    ["with half a record", `${whole}      spans: {count: 0.5}\n`, /count is no whole number/],
    ["with a list as a value", `${whole}      spans: {has: {a: [1]}}\n`, /has\.a is no plain value/],
    [
      "with a data plane there is not",
      `dataPlanes: [envoy-gatewya]\n${whole}      spans: {count: 1}\n`,
      /dataPlanes has envoy-gatewya.*envoy-gateway/,
    ],
    ["that is no YAML", "tests: [", /./],
  ] as const)
    test(`${what} is refused`, () => {
      const { value, diagnostics } = read(text);
      assert.equal(value, null);
      assert.match(diagnostics.map((found) => found.message).join("\n"), message);
    });
});

describe("records to send", () => {
  const traces = '{"resourceSpans":[]}';
  test("one document, a list, or one a line", () => {
    for (const text of [traces, `[${traces}]`, `${traces}\n\n`]) {
      const found = exportsIn(text);
      assert.ok(!("problem" in found), text);
      assert.deepEqual(
        found.map(({ path }) => path),
        ["/v1/traces"],
      );
    }
    const both = exportsIn(`${traces}\n{"resourceLogs":[],"resourceMetrics":[]}\n`);
    assert.ok(!("problem" in both));
    assert.deepEqual(
      both.map(({ path }) => path),
      ["/v1/traces", "/v1/metrics", "/v1/logs"],
    );
  });
  test("anything else says what it is not", () => {
    for (const [text, problem] of [
      ["", /is empty/],
      [`${traces}\nnot json`, /line 2/],
      ["{}", /entry 1 has none of/],
      ["[7]", /entry 1 has none of/],
    ] as const) {
      const found = exportsIn(text);
      assert.match("problem" in found ? found.problem : "", problem);
    }
  });
});

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });
const out: CameOut = cameOut(
  [
    {
      resourceSpans: [
        {
          resource: { attributes: [attribute("env", "outer"), attribute("host", "h")] },
          scopeSpans: [{ spans: [{ name: "a", attributes: [attribute("env", "inner")] }, { name: "b" }] }],
        },
      ],
    },
    {
      resourceMetrics: [1, 2].map((value) => ({
        scopeMetrics: [
          {
            metrics: [
              { name: "delta", sum: { aggregationTemporality: 1, dataPoints: [{ asInt: String(value) }] } },
              { name: "sum", sum: { aggregationTemporality: 2, dataPoints: [{ asInt: String(value) }] } },
            ],
          },
        ],
      })),
    },
  ],
  ['{"b":1,"a":"x"}', "plain text"],
  parseMetrics('requests_total{team="a"} 4\nrequests_total{team="b"} 5\n'),
);

const found = (expect: string): readonly string[] => {
  const { value, diagnostics } = read(`${whole}      ${expect}\n`);
  assert.deepEqual(diagnostics, []);
  const first = value?.tests[0];
  assert.ok(first !== undefined);
  return judge(first, out).map(({ message }) => message);
};

describe("an expectation", () => {
  for (const expect of [
    "spans: {count: 2}",
    "spans: [{where: {name: a}, has: {env: inner, host: h}}, {where: {name: b}, has: {env: outer}}]",
    "spans: {where: {name: c}, count: 0}",
    "spans: {lacks: [authorization]}",
    "lines: [{where: {b: 1}, fields: [b, a]}, {where: {line: plain text}, count: 1}]",
    "metrics: [{where: {name: requests_total}, value: 9}, {where: {name: requests_total, team: a}, value: 4}]",
    "metrics: [{where: {name: delta}, value: 3}, {where: {name: sum}, value: 2}]",
  ])
    test(`is met: ${expect}`, () => assert.deepEqual(found(expect), []));

  for (const [expect, message] of [
    ["spans: {count: 3}", /expects 3 spans; found 2; such as name="a" env="inner" host="h"/],
    ["spans: {where: {name: c}}", /expects some spans with name="c"; found 0 of 2/],
    ["spans: {has: {env: inner}}", /expects env = "inner" in all spans; found "outer"/],
    ["spans: {lacks: [host]}", /expects no host in spans; found "h"/],
    ["lines: {where: {b: 1}, fields: [a, b]}", /exactly the fields a, b in lines with b=1; found b, a/],
    ["metrics: {where: {name: requests_total}, value: 8}", /a sum of 8 over .*; found 9 in 2 series/],
    ["logs: {}", /expects some logs; found 0/],
  ] as const)
    test(`is not met: ${expect}`, () => {
      const [only, ...more] = found(expect);
      assert.deepEqual(more, []);
      assert.match(only ?? "", message);
    });
});

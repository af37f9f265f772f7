import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { formatText } from "../../../src/diagnostics/format/text.ts";
import { compileText } from "../../support/compile-text.ts";

const policy = (cel: string): string => `apiVersion: agentic.networking.x-k8s.io/v1alpha1
kind: TelemetryPolicy
metadata: {name: edge, namespace: ns}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}]
  accessLogs:
    enabled: true
    matches:
      - cel: ${cel}
`;

/** The first finding of the TP28xx, and what it underlines. */
const found = (cel: string): { readonly code: string; readonly message: string; readonly at: string } => {
  const text = policy(cel);
  const first = compileText(text).diagnostics.find(({ code }) => code.startsWith("TP28"));
  assert.ok(first !== undefined, "nothing was found");
  return { code: first.code, message: first.message, at: text.slice(first.at?.start, first.at?.end) };
};

describe("findings point into the YAML", () => {
  const cases: readonly [style: string, yaml: string, at: string][] = [
    ["plain", "response.cod >= 500", "cod"],
    ["double quotes", '"response.cod >= 500"', "cod"],
    ["single quotes", "'response.cod >= 500'", "cod"],
    ["literal block", "|\n          request.method == 'GET' &&\n          response.cod >= 500\n", "cod"],
    ["literal block, stripped", "|-\n            request.method == 'GET' &&\n              response.cod >= 500", "cod"],
    [
      "literal block with an empty line",
      "|+\n          request.method == 'GET' &&\n\n          response.cod >= 500\n\n",
      "cod",
    ],
  ];
  for (const [style, yaml, at] of cases) {
    test(style, () => {
      const finding = found(yaml);
      assert.equal(finding.at, at);
      assert.doesNotMatch(finding.message, /column/);
    });
  }
  test("what is escaped or folded is pointed at as a whole, with the column", () => {
    const escaped = found('"response.cod\\x20>= 500"');
    assert.equal(escaped.at, '"response.cod\\x20>= 500"');
    assert.match(escaped.message, /\(column 10 of the expression\)$/);
    assert.match(found("'request.method == ''GET'' && response.cod >= 500'").message, /column 37/);
    assert.match(
      found(">-\n          request.method == 'GET' &&\n          response.cod >= 500\n").message,
      /column 37/,
    );
    assert.match(found("request.method == 'GET' &&\n          response.cod >= 500").message, /column 37/);
  });
});

describe("every kind of finding says what, why and what instead", () => {
  const cases: readonly [cel: string, code: string, message: RegExp, at: string][] = [
    ["response.code = 500", "TP2801", /cannot be read: unexpected character: =/, "="],
    ["response.code >= ", "TP2801", /cannot be read/, "="],
    ["response.code == 500.0", "TP2802", /int == double/, "response.code == 500.0"],
    ["responce.code == 500", "TP2803", /"responce" is no attribute .* did you mean "response"/, "responce"],
    ["response.cod == 500", "TP2803", /"response.cod" is no attribute .* did you mean "response.code"/, "cod"],
    ["connection.mtls || true", "TP2804", /"connection.mtls" cannot be decided exactly/, "connection.mtls"],
    ["request.path.matches('a++')", "TP2805", /pattern "a\+\+" is no RE2/, "'a++'"],
    ["request.path", "TP2806", /type string/, "request.path"],
    ["1 == 2", "TP2807", /holds for no record/, "1 == 2"],
    ["response.code == 1 || true", "TP2807", /holds for every record/, "response.code == 1 || true"],
  ];
  for (const [cel, code, message, at] of cases) {
    test(`${code}: ${cel}`, () => {
      const finding = found(cel);
      assert.equal(finding.code, code);
      assert.match(finding.message, message);
      assert.equal(finding.at, at);
    });
  }
  test("as it reads", () => {
    const text = policy("request.total_size > 1000 && response.code >= 500");
    const { diagnostics } = compileText(text);
    const shown = formatText(
      diagnostics.filter(({ code }) => code === "TP2804"),
      new Map([["policy.yaml", text]]),
      { color: false },
    );
    assert.equal(
      shown.trim(),
      `policy.yaml:9:14  error TP2804  "request.total_size" cannot be decided exactly: telemetry counts the body without its headers
   7 |     enabled: true
   8 |     matches:
 > 9 |       - cel: request.total_size > 1000 && response.code >= 500
     |              ^^^^^^^^^^^^^^^^^^
  why   nothing is logged on a condition that is only half understood, so this match holds for no record
  fix   the nearest that can be said: request.size`,
    );
  });
});

describe("in the plan", () => {
  const keepOf = (text: string) =>
    compileText(text)
      .plan.classes.flatMap(({ stages }) => stages)
      .find((stage) => stage.kind === "keep");

  test("a match that cannot be decided is left out, and with no match left nothing is logged", () => {
    assert.deepEqual(keepOf(policy("connection.mtls"))?.when, { anyOf: [] });
  });
  test("headers that a condition reads must be sent", () => {
    const { diagnostics } = compileText(policy('request.headers["x-team"] == "blue"'));
    const [info] = diagnostics.filter(({ code }) => code === "TP4010");
    assert.match(info?.message ?? "", /accessLogs\.matches\[\]\.cel reads header "x-team"/);
  });
  test("integers of different size make different classes", () => {
    const digests = ["response.code == 9007199254740993", "response.code == 9007199254740992"].map((cel) =>
      compileText(policy(cel))
        .plan.classes.map(({ id }) => id)
        .join(),
    );
    assert.notEqual(digests[0], digests[1]);
  });
});

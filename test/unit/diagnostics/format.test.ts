import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Diagnostic, diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { formatGithub } from "../../../src/diagnostics/format/github.ts";
import { formatJson } from "../../../src/diagnostics/format/json.ts";
import { formatSarif } from "../../../src/diagnostics/format/sarif.ts";
import { summaryOf } from "../../../src/diagnostics/format/summary.ts";
import { formatText } from "../../../src/diagnostics/format/text.ts";

const text = "spec:\n  tracing:\n    samplingRate:\n      denominator: 100\n      numerator: 120\n";
const file = "policies/edge.yaml";
const sources = new Map([[file, text]]);
const spanOf = (part: string, within = text, path = file) => {
  const start = within.indexOf(part);
  return { file: path, start, end: start + part.length };
};
const above = diagnostic("TP2101", { numerator: 120, denominator: 100 }, spanOf("120"), { policy: "team-a/edge" });
const missing = diagnostic("TP1002", { path: "/etc/policies" }, null);
const plain = { color: false };

/** A finding at a part of one text. */
const framed = (source: string, part: string): string => {
  const at = spanOf(part, source, "f");
  return formatText([diagnostic("TP1006", { key: "k" }, at)], new Map([["f", source]]), plain);
};

describe("text", () => {
  test("what, where, the lines, why and fix", () =>
    assert.equal(
      formatText([above], sources, plain),
      [
        "policies/edge.yaml:5:18  error TP2101  sampling numerator 120 is above its denominator 100",
        "   3 |     samplingRate:",
        "   4 |       denominator: 100",
        " > 5 |       numerator: 120",
        "     |                  ^^^",
        "  why   a sampling rate is a probability; it cannot pass 100 %",
        "  fix   use 0–100, or set denominator: 1000",
        "",
      ].join("\n"),
    ));
  test("without a place there is no frame", () =>
    assert.match(
      formatText([missing], sources, plain),
      /^error TP1002 {2}there is no file or folder \/etc\/policies\n {2}why/,
    ));
  test("without the file's text the path alone is said", () =>
    assert.match(formatText([above], new Map(), plain), /^policies\/edge\.yaml {2}error TP2101.*\n {2}why/));
  test("the other place of a finding is named", () => {
    const related = [{ span: spanOf("tracing"), message: "first written here" }];
    assert.match(
      formatText([diagnostic("TP1006", { key: "k" }, spanOf("120"), { related })], sources, plain),
      /\n {2}also {2}policies\/edge\.yaml:2:3 {2}first written here\n/,
    );
  });
  test("several are separated by an empty line", () =>
    assert.equal(
      formatText([missing, missing], sources, plain),
      `${formatText([missing], sources, plain)}\n${formatText([missing], sources, plain)}`,
    ));
  test("nothing to say is nothing", () => assert.equal(formatText([], sources, plain), ""));
  test("colours only when asked", () => {
    assert.match(formatText([above], sources, { color: true }), /\u001b\[31m/);
    assert.doesNotMatch(formatText([above], sources, plain), /\u001b/);
  });
});

describe("code frames", () => {
  const markedLines = (text: string) => text.split("\n").slice(1, -3);

  test("wide characters, tabs and CRLF keep carets in place", () => {
    assert.deepEqual(markedLines(framed("日本: [é, xx]\r\n", "xx")), [" > 1 | 日本: [é, xx]", "     |           ^^"]);
    assert.deepEqual(markedLines(framed("\t\ta: b", "b")), [" > 1 |   a: b", "     |      ^"]);
  });
  test("a span over lines is marked on its first", () =>
    assert.deepEqual(markedLines(framed("a: [1,\n  2]\n", "[1,\n  2]")), [" > 1 | a: [1,", "     |    ^^^"]));
  test("an empty span gets one caret", () => {
    const at = { file: "f", start: 3, end: 3 };
    const text = formatText([diagnostic("TP1006", { key: "k" }, at)], new Map([["f", "a:\n"]]), plain);
    assert.deepEqual(markedLines(text), ["   1 | a:", " > 2 |", "     | ^"]);
  });
  test("long lines are cut around the place", () => {
    const [line = "", caret = ""] = markedLines(framed(`${"x".repeat(500)}HERE${"y".repeat(500)}`, "HERE"));
    assert.ok(line.length < 140);
    assert.equal(line.indexOf("HERE"), caret.indexOf("^^^^"));
    assert.ok(line.endsWith("…"));
  });
  test("control characters and reordering marks are made visible", () => {
    const shown = framed("a: \u001b[31m\u202e\u0000 k", "k");
    assert.match(shown, /a: ␛\[31m\\u202e␀ k/);
  });
  test("the place of the caret counts what is shown", () =>
    assert.deepEqual(markedLines(framed("\u202ea: k", "k")), [" > 1 | \\u202ea: k", "     |          ^"]));
});

describe("credentials are not shown", () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ["- name: authorization\n  value: abc123\n  k: 1", /abc123/],
    ["- name: x-api-key\n  value: 'abc123'\n  k: 1", /abc123/],
    ["authorization: abc123\nk: 1", /abc123/],
    ["a: Bearer abc123\nk: 1", /abc123/],
    ["a: http://me:abc123@host\nk: 1", /abc123/],
    ["password: abc123\nk: 1", /abc123/],
  ];
  for (const [source, secret] of table)
    test(JSON.stringify(source), () => assert.doesNotMatch(framed(source, "k"), secret));
  test("names of token counts are no credentials", () =>
    assert.match(framed('fromHeader: "x-usage-input-tokens"\nk: 1', "k"), /x-usage-input-tokens/));
});

describe("json", () => {
  test("places are lines, columns and offsets", () => {
    const parsed: { diagnostics: { at: unknown; policy: unknown }[]; summary: unknown } = JSON.parse(
      formatJson([above, missing], sources),
    );
    const { start } = spanOf("120");
    assert.deepEqual(parsed.diagnostics[0]?.at, {
      file,
      start: { line: 5, column: 18, offset: start },
      end: { line: 5, column: 21, offset: start + 3 },
    });
    assert.equal(parsed.diagnostics[0]?.policy, "team-a/edge");
    assert.equal(parsed.diagnostics[1]?.at, null);
    assert.deepEqual(parsed.summary, { errors: 2, warnings: 0, infos: 0 });
  });
});

describe("github", () => {
  test("one workflow command per finding", () =>
    assert.equal(
      formatGithub([above], sources),
      "::error file=policies/edge.yaml,line=5,col=18,endLine=5,endColumn=21,title=TP2101::sampling numerator 120 is above its denominator 100%0A" +
        "why: a sampling rate is a probability; it cannot pass 100 %25%0Afix: use 0–100, or set denominator: 1000\n",
    ));
  test("properties are escaped", () => {
    const odd = "a,b:c%.yaml";
    const finding: Diagnostic = { ...above, at: { file: odd, start: 0, end: 1 }, severity: "warning" };
    assert.match(formatGithub([finding], new Map([[odd, "x"]])), /^::warning file=a%2Cb%3Ac%25\.yaml,line=1,col=1,/);
  });
  test("a note without a place", () =>
    assert.match(formatGithub([{ ...missing, severity: "info" }], sources), /^::notice title=TP1002::/));
  test("a message cannot start a command of its own", () =>
    assert.equal(formatGithub([{ ...above, message: "x\n::set-output name=a::b" }], sources).split("\n").length, 2));
});

describe("sarif", () => {
  type Log = {
    readonly version: string;
    readonly runs: readonly {
      readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly { readonly id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations: readonly {
          readonly physicalLocation: { readonly artifactLocation: { readonly uri: string }; readonly region?: unknown };
        }[];
      }[];
    }[];
  };
  const log: Log = JSON.parse(formatSarif([above, missing, above], sources));
  const [run] = log.runs;

  test("one run of version 2.1.0 with each rule once", () => {
    assert.equal(log.version, "2.1.0");
    assert.equal(run?.tool.driver.name, "otel-policy");
    assert.deepEqual(
      run?.tool.driver.rules.map(({ id }) => id),
      ["TP1002", "TP2101"],
    );
  });
  test("results refer to their rules and places", () => {
    assert.deepEqual(
      run?.results.map(({ ruleId, ruleIndex, level, locations }) => [ruleId, ruleIndex, level, locations.length]),
      [
        ["TP2101", 1, "error", 1],
        ["TP1002", 0, "error", 0],
        ["TP2101", 1, "error", 1],
      ],
    );
    const place = run?.results[0]?.locations[0]?.physicalLocation;
    assert.equal(place?.artifactLocation.uri, file);
    assert.deepEqual(place?.region, {
      startLine: 5,
      startColumn: 18,
      endLine: 5,
      endColumn: 21,
      charOffset: spanOf("120").start,
      charLength: 3,
    });
  });
  test("paths become URIs", () => {
    const odd: Diagnostic = { ...above, at: { file: "/a b/ö#.yaml", start: 0, end: 0 } };
    const parsed: Log = JSON.parse(formatSarif([odd], new Map()));
    assert.equal(
      parsed.runs[0]?.results[0]?.locations[0]?.physicalLocation.artifactLocation.uri,
      "file:///a%20b/%C3%B6%23.yaml",
    );
  });
});

test("summary", () => {
  assert.equal(summaryOf([above, missing, { ...above, severity: "warning" }]), "2 errors, 1 warning");
  assert.equal(summaryOf([]), "");
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileCel } from "../../../src/cel/compile.ts";
import { maxComparisons } from "../../../src/cel/limits.ts";
import { conditionText } from "../../../src/render/stages/condition.ts";

const compiled = (text: string, signal: "traces" | "logs" = "logs") =>
  compileCel(text, { signal, isSecret: (header) => header === "authorization" });

/** OTTL with the long paths cut short: `code`, `path`, … */
const ottl = (text: string, signal: "traces" | "logs" = "logs"): string => {
  const { condition, findings } = compiled(text, signal);
  assert.ok(condition !== null, JSON.stringify(findings));
  return conditionText(signal === "logs" ? "log" : "span", condition).replace(
    /(?:log|span)\.attributes\["(?:otel_policy\.input\.)?([^"]+)"\]/g,
    "<$1>",
  );
};

const code = "http.response.status_code";
const path = "url.path";

describe("an expression becomes OTTL that is true exactly where CEL says true", () => {
  const cases: readonly [cel: string, ottl: string][] = [
    ["response.code >= 500", `IsInt(<${code}>) and <${code}> >= 500`],
    ["500 <= response.code", `IsInt(<${code}>) and <${code}> >= 500`],
    ["!(response.code == 200)", `IsInt(<${code}>) and <${code}> != 200`],
    ["has(response.code)", `IsInt(<${code}>)`],
    ["!has(response.code)", `not (IsInt(<${code}>))`],
    ["response.code in [200, 204]", `IsInt(<${code}>) and (<${code}> == 200 or <${code}> == 204)`],
    ["!(response.code in [200, 204])", `IsInt(<${code}>) and <${code}> != 200 and <${code}> != 204`],
    ["request.url_path.startsWith('/a')", `IsString(<${path}>) and HasPrefix(<${path}>, "/a")`],
    ["!request.url_path.endsWith('/a')", `IsString(<${path}>) and not (HasSuffix(<${path}>, "/a"))`],
    ["request.url_path.contains('a$b')", `IsString(<${path}>) and Index(<${path}>, "a$$b") >= 0`],
    ["request.url_path.matches('^/v[0-9]$')", `IsString(<${path}>) and IsMatch(<${path}>, "^/v[0-9]$$")`],
    ["size(request.url_path) > 3", `IsString(<${path}>) and IsMatch(<${path}>, "(?s)^.{4}")`],
    ["request.url_path.size() <= 3", `IsString(<${path}>) and IsMatch(<${path}>, "(?s)^.{0,3}$$")`],
    ["request.url_path.size() >= 0", `IsString(<${path}>)`],
    ["request.url_path.lowerAscii() == '/a1'", `IsString(<${path}>) and IsMatch(<${path}>, "^/[aA]1$$")`],
    ["request.url_path.lowerAscii() == '/A'", "false"],
    ["response.code > 499.5", `IsInt(<${code}>) and <${code}> > 499`],
    ["response.code >= 499.5", `IsInt(<${code}>) and <${code}> >= 500`],
    ["response.code < 1e30", `IsInt(<${code}>)`],
    ["response.code / 100 == 5", `IsInt(<${code}>) and (<${code}> / 100) == 5`],
    ["response.code + 1 == 5", `IsInt(<${code}>) and <${code}> <= 9223372036854775806 and (<${code}> + 1) == 5`],
    ["string(response.code) == '200'", `IsInt(<${code}>) and String(<${code}>) == "200"`],
    [
      "int(request.headers['x-n']) > 5",
      "IsString(<request.header.x-n>) and Int(<request.header.x-n>) != nil and Int(<request.header.x-n>) > 5",
    ],
    ["request.url_path + '?' == 'a'", `IsString(<${path}>) and Concat([<${path}>, "?"], "") == "a"`],
    [
      "request.duration > duration('1.5s')",
      "(IsDouble(<http.server.request.duration>) or IsInt(<http.server.request.duration>)) and <http.server.request.duration> > 1.5",
    ],
    ["has(response.code) ? response.code > 1 : true", `(IsInt(<${code}>) and <${code}> > 1) or not (IsInt(<${code}>))`],
    ["'x-team' in request.headers", "IsString(<request.header.x-team>)"],
    ["request.headers['x-' + 'team'] == 'a'", 'IsString(<request.header.x-team>) and <request.header.x-team> == "a"'],
    ["response.flags != 0", "IsBool(<envoy.response.flags>) and <envoy.response.flags> == true"],
    ["gen_ai.usage.input_tokens > 9", "IsInt(<gen_ai.usage.input_tokens>) and <gen_ai.usage.input_tokens> > 9"],
  ];
  for (const [cel, expected] of cases) test(cel, () => assert.equal(ottl(cel), expected));

  test("a span has its duration in nanoseconds", () =>
    assert.equal(
      ottl("request.duration > duration('1ms')", "traces"),
      "span.start_time_unix_nano > 0 and span.end_time_unix_nano >= span.start_time_unix_nano and (span.end_time_unix_nano - span.start_time_unix_nano) > 1000000",
    ));
});

describe("what is known here is decided here", () => {
  const cases: readonly [cel: string, op: string][] = [
    ["1 + 2 * 3 == 7", "true"],
    ["9223372036854775807 + 1 > 0", "unknown"],
    ["1 / 0 == 1", "unknown"],
    ["1 / 0 == 1 || true", "true"],
    ["-9223372036854775808 % -1 == 0", "unknown"],
    ["7 / -2 == -3 && 7 % -2 == 1 && -7 % 2 == -1", "true"],
    ["'b' + 'a' == 'ba'", "true"],
    ["size('日本😀') == 3", "true"],
    ["'😀' > '\\uffff'", "true"],
    ["'ÄbC'.lowerAscii() == 'Äbc'", "true"],
    ["'a.b'.matches('^a[.]b$')", "true"],
    ["int('+5') == 5 && int('-0') == 0", "true"],
    ["int('5.0') == 5", "unknown"],
    ["int(-3.7) == -3", "true"],
    ["string(12) == '12' && string(true) == 'true'", "true"],
    ["duration('1h30m') == duration('90m')", "true"],
    ["duration('1.5s') - duration('500ms') == duration('1s')", "true"],
    ["duration('-1ms') < duration('0s')", "true"],
    ["1 in [1, 2] && !('a' in ['b'])", "true"],
    ["[1, 2, 3].size() == 3", "true"],
    ["['a', 'b'].all(x, x < 'c')", "true"],
    ["[].exists(x, x == 1)", "false"],
    ["['a'].exists(p, [p + 'b'].exists(p, p == 'ab'))", "true"],
    ["(true ? 'a' : 'b') == 'a'", "true"],
    ["1 == 1 ? false : response.code == 200", "false"],
    ["response.code / 0 == 1", "unknown"],
  ];
  for (const [cel, op] of cases) test(cel, () => assert.equal(compiled(cel).condition?.op, op));
});

describe("what cannot be decided exactly is refused, with the nearest that can", () => {
  const cases: readonly [cel: string, reason: RegExp, nearest: RegExp | null][] = [
    ["connection.mtls", /no access log or span carries it/, null],
    ["metadata.filter_metadata['a'] == 'b'", /exists inside the proxy/, /request\.headers/],
    ["auth.identity.userid == 'a'", /authorization filter/, /request\.headers/],
    ["requestBodyJSON('/model') == 'gpt-4o'", /reads a body/, /^gen_ai\.request\.model$/],
    ["responseBodyJSON('/usage/total_tokens') > 5", /reads a body/, /input_tokens \+ gen_ai/],
    ["responseBodyJSON('/id') == 'a'", /reads a body/, null],
    ["llm.inputTokens > 5", /one data plane/, /^gen_ai\.usage\.input_tokens$/],
    ["request.total_size > 5", /without its headers/, /^request\.size$/],
    ["request.headers['X-Team'] == 'a'", /lower case/, /^request\.headers\["x-team"\]$/],
    ["request.headers['authorization'] == 'a'", /credentials/, /identifies/],
    ["'authorization' in request.headers", /credentials/, /identifies/],
    ["request.headers.exists(k, k == 'a')", /go through/, /"x-team" in request\.headers/],
    ["request.headers[request.method] == 'a'", /written out/, null],
    ["size(request.headers) > 1", /one by one/, /request\.headers\["x-team"\]/],
    ["request.path.split('/')[1] == 'a'", /split\(\) has no exact counterpart/, /matches/],
    ["timestamp('2026-01-01T00:00:00Z') < timestamp('2027-01-01T00:00:00Z')", /timestamp\(\)/, /duration/],
    ["double(request.headers['x-n']) > 0.5", /whole numbers become doubles/, /int/],
    ["response.code > 200.0 * double(response.size)", /doubles are computed/, /whole/],
    ["request.method.matches(request.path)", /written out/, null],
    ["request.method.lowerAscii().matches('get')", /into the pattern/, /\(\?i\)get/],
    ["response.flags == 4", /only be told from 0/, /^response\.flags != 0$/],
    ["size(request.path) > 5000", /above 1000/, /1000/],
    ["size(request.path) > response.code", /with a number only/, /100/],
    ["request.method in [request.path]", /literals only/, /\|\|/],
    ["[1, 2].exists_one(x, x == response.code)", /exists_one\(\)/, /exists\(\)/],
    ["request.duration + duration('1s') > duration('2s')", /compared, not computed/, /other side/],
    ["response.code == 9223372036854775808", /64 bits/, null],
    ["b'a' == b'a'", /bytes/, null],
    ["{'a': 1}['a'] == 1", /entries can be taken/, null],
    ["has(gen_ai.usage)", /group of values/, /one of them/],
    ["has(request.headers)", /whether there were any headers/, /in request\.headers/],
  ];
  for (const [cel, reason, nearest] of cases) {
    test(cel, () => {
      const { condition, findings } = compiled(cel);
      const [first] = findings;
      assert.equal(condition, null);
      assert.ok(first?.kind === "refused", JSON.stringify(findings));
      assert.match(first.reason, reason);
      if (nearest === null) assert.equal(first.nearest, null);
      else assert.match(first.nearest ?? "", nearest);
    });
  }
  test("only access logs carry some values", () => {
    assert.notEqual(compiled("response.code_details == 'a'").condition, null);
    const [first] = compiled("response.code_details == 'a'", "traces").findings;
    assert.ok(first?.kind === "refused");
    assert.match(first.reason, /response\.code_details is not part of traces/);
  });
  test("all problems are reported, each once", () => {
    const { findings } = compiled(
      "(has(response.code) ? connection.mtls : request.path.trim() == 'a') == connection.mtls",
    );
    assert.deepEqual(
      findings.map(({ range }) => range.start),
      [22, 40, 71],
    );
  });
  test("patterns are RE2", () => {
    const [first] = compiled("request.path.matches('^/(?!health)')").findings;
    assert.ok(first?.kind === "regex");
    assert.equal(first.pattern, "^/(?!health)");
    assert.match(first.reason, /Perl syntax: `\(\?!`/);
  });
  test("size is bounded", () => {
    const nested = (depth: number): string =>
      depth === 0 ? "request.method == 'GET'" : `(${nested(depth - 1)}) == (${nested(depth - 1)})`;
    const [first] = compiled(nested(6)).findings;
    assert.ok(first?.kind === "tooLarge");
    assert.equal(first.limit, maxComparisons);
  });
});

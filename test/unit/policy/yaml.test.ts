import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseYaml, parseYamlDocuments } from "../../../src/policy/yaml.ts";
import { toJson } from "../../../src/policy/yaml-node.ts";

const strict = { aliases: false, maxBytes: 1024 * 1024 };
const base = { ...strict, aliases: true };
const parse = (text: string, options = strict) => parseYaml({ path: "f.yaml", text }, options);
const values = (text: string, options = strict) => parse(text, options).value.map(toJson);
const findings = (text: string, options = strict) =>
  parse(text, options).diagnostics.map(({ code, at }) => `${code} ${text.slice(at?.start, at?.end)}`);

describe("values", () => {
  const equal: readonly (readonly [string, unknown])[] = [
    ["a: 1\n---\nb: [x, 'y', null, true, 1.5]", [{ a: 1 }, { b: ["x", "y", null, true, 1.5] }]],
    ["\ufeffa: 1\r\nb: 2\r\n", [{ a: 1, b: 2 }]],
    ["a: yes", [{ a: "yes" }]],
    ["a: |\n  x\n  y\n", [{ a: "x\ny\n" }]],
    ["--- # nothing\n", []],
    ["a: !!str 5", [{ a: "5" }]],
  ];
  for (const [text, expected] of equal)
    test(JSON.stringify(text), () => assert.deepEqual(JSON.parse(JSON.stringify(values(text))), expected));

  test("__proto__ is a key like any other", () => {
    const [value] = values("__proto__: {polluted: true}");
    assert.deepEqual(Object.keys(value ?? {}), ["__proto__"]);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});

describe("places", () => {
  test("keys and values, in UTF-16 units", () => {
    const text = 'é😀: ["x"]\n';
    const [root] = parse(text).value;
    assert.ok(root?.kind === "map");
    const [entry] = root.entries;
    assert.ok(entry?.value.kind === "sequence");
    assert.equal(text.slice(entry.keySpan.start, entry.keySpan.end), "é😀");
    assert.equal(text.slice(entry.value.items[0]?.span.start, entry.value.items[0]?.span.end), '"x"');
  });
});

describe("refused", () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ["a: 1\na: 2", ["TP1006 a"]],
    ["a: *x", ["TP1007 *x"]],
    ["a: &x 1", ["TP1007 &x"]],
    ["a: !env HOME", ["TP1008 !env"]],
    ["a: !!binary aGk=", ["TP1008 !!binary"]],
    ["<<: {a: 1}", ["TP1009 <<"]],
    ["a: 9007199254740992", ["TP1012 9007199254740992"]],
    ["a: .inf", ["TP1013 .inf"]],
    ['a: "\\ud800"', ['TP1014 "\\ud800"']],
    ["1: a", ["TP1015 1"]],
    ["? [x]\n: a", ["TP1015 [x]"]],
    ["a: 'x", ["TP1005 '"]],
    ["a:\n  - [1,\n", ["TP1005 ["]],
    ["a:\n\tb: 1", ["TP1005 \t"]],
  ];
  for (const [text, expected] of cases)
    test(JSON.stringify(text), () => {
      assert.deepEqual(findings(text), expected);
      assert.deepEqual(values(text), []);
    });

  test("a file above the limit is not even parsed", () =>
    assert.deepEqual(
      parse("a".repeat(5_000_000)).diagnostics.map(({ message }) => message),
      ["the file has 5000000 bytes; at most 1048576 are read"],
    ));
  test("the limit counts bytes, not characters", () =>
    assert.deepEqual(findings("é".repeat(10), { aliases: false, maxBytes: 19 }), ["TP1010 "]));

  for (const [name, text] of [
    ["flow lists", "[".repeat(200_000)],
    ["block lists", "- ".repeat(100_000)],
    ["flow maps", "{a: ".repeat(50_000)],
  ] as const)
    test(`nested too deeply: ${name}`, () =>
      assert.deepEqual(
        parse(text).diagnostics.map(({ code }) => code),
        ["TP1011"],
      ));

  test("a flood of errors is cut, with a count", () => {
    const { diagnostics } = parse("a: }\n".repeat(1000));
    assert.ok(diagnostics.length <= 5);
    assert.equal(diagnostics.at(-1)?.code, "TP1027");
  });
});

describe("a broken document", () => {
  test("leaves the others of its file alone", () =>
    assert.deepEqual(JSON.stringify(values("a: 1\n---\nb: 'x\n")), '[{"a":1}]'));
  test("is still there in part, marked as broken", () => {
    const { value } = parseYamlDocuments({ path: "f", text: "name: x\nrest: [1\n" }, strict);
    assert.deepEqual(
      value.map(({ root, broken }) => [JSON.stringify(toJson(root)), broken]),
      [['{"name":"x","rest":[1]}', true]],
    );
  });
});

describe("the platform's own config", () => {
  const equal: readonly (readonly [string, string])[] = [
    ["a: &x [1]\nb: *x", '[{"a":[1],"b":[1]}]'],
    ["a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}", '[{"a":{"p":1,"q":2},"b":{"q":3,"p":1}}]'],
    ["a: {<<: [{p: 1}, {p: 2, q: 2}]}", '[{"a":{"p":1,"q":2}}]'],
    ["8080: x", '[{"8080":"x"}]'],
  ];
  for (const [text, expected] of equal)
    test(JSON.stringify(text), () => {
      assert.equal(JSON.stringify(values(text, base)), expected);
      assert.deepEqual(findings(text, base), []);
    });

  test("an alias is found where it is used", () => {
    const text = "a: &x 1\nb: *x";
    const [root] = parse(text, base).value;
    assert.ok(root?.kind === "map");
    assert.equal(text.slice(root.entries[1]?.keySpan.start), "b: *x");
  });
  test("an alias of itself", () => assert.deepEqual(findings("a: &x [*x]", base), ["TP1026 *x"]));
  test("an alias of nothing", () => assert.deepEqual(findings("a: *x", base), ["TP1026 *x"]));
  test("words and numbers that YAML versions read differently", () =>
    assert.deepEqual(findings("a: yes\nb: 010\nc: 'on'", base), ["TP1025 yes", "TP1025 010"]));
  test("an alias bomb is refused before it grows", () => {
    const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
    for (let n = 1; n < 12; n++) lines.push(`a${n}: &a${n} [${`*a${n - 1},`.repeat(9)}]`);
    assert.deepEqual(
      parse(lines.join("\n"), base).diagnostics.map(({ code }) => code),
      ["TP1016"],
    );
  });
});

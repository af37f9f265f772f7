import { didYouMean } from "../../base/suggest.ts";
import { profileNames } from "../../dataplane/profiles.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../../diagnostics/outcome.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import { defaultMaxBytes, parseYaml } from "../../policy/yaml.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import type { Expectation, Kind, Plain, PolicyTest, TestFile } from "./test-file.ts";

const kinds: readonly Kind[] = ["spans", "logs", "lines", "metrics"];
const everywhere = ["where", "count", "has", "lacks"];
const fieldsOf: { readonly [kind in Kind]: readonly string[] } = {
  spans: everywhere,
  logs: everywhere,
  lines: [...everywhere, "fields"],
  metrics: [...everywhere, "value"],
};

/** Reads a `*.test.yaml`. Total; null where it has an error. */
export const readTestFile = (file: SourceFile): Outcome<TestFile | null> => {
  const parsed = parseYaml(file, { aliases: false, maxBytes: defaultMaxBytes });
  const found: Diagnostic[] = [...parsed.diagnostics];
  const [root, ...more] = parsed.value;
  const reader = readerOf(found);
  for (const extra of more)
    reader.wrong(extra, "the file", "has more than one document", "one file, one document: put all tests under tests");
  if (root === undefined) return outcome(null, found);
  const top = reader.map(root, "the file", ["policies", "dataPlanes", "tests"]);
  const tests = reader
    .list(top.get("tests") ?? null, "tests")
    .map((node, at) => readTest(reader, node, `tests[${at}]`));
  if (tests.length === 0 && !hasErrors(found))
    reader.wrong(root, "tests", "are missing", "write tests: with a list of name, send and expect");
  const dataPlanes = top.has("dataPlanes") ? reader.texts(top.get("dataPlanes") ?? null, "dataPlanes") : null;
  for (const name of dataPlanes ?? [])
    if (!profileNames.includes(name)) {
      const problem = `has ${name}, which there is not${didYouMean(name, profileNames)}`;
      reader.wrong(top.get("dataPlanes") ?? root, "dataPlanes", problem, `data planes are ${profileNames.join(", ")}`);
    }
  const value: TestFile = {
    path: file.path,
    policies: top.has("policies") ? reader.texts(top.get("policies") ?? null, "policies") : null,
    dataPlanes,
    tests,
  };
  return outcome(hasErrors(found) ? null : value, found);
};

const readTest = (reader: TestReader, node: YamlNode, path: string): PolicyTest => {
  const test = reader.map(node, path, ["name", "send", "expect"]);
  const send = reader.list(test.get("send") ?? null, `${path}.send`);
  if (send.length === 0)
    reader.wrong(node, `${path}.send`, "is missing", "name files of OTLP/JSON: send: [requests.json]");
  const blocks = reader.map(test.get("expect") ?? null, `${path}.expect`, kinds);
  const expect = kinds.flatMap((kind) => {
    const block = blocks.get(kind);
    if (block === undefined) return [];
    const items = block.kind === "sequence" ? block.items : [block];
    return items.map((item, at) => readExpectation(reader, item, kind, `${path}.expect.${kind}[${at}]`));
  });
  if (expect.length === 0)
    reader.wrong(
      node,
      `${path}.expect`,
      "expects nothing",
      "a test that cannot fail is none: expect: {spans: {count: 3}}",
    );
  return {
    name: reader.text(test.get("name") ?? null, `${path}.name`) ?? path,
    span: node.span,
    send: send.map((item, at) => ({ path: reader.text(item, `${path}.send[${at}]`) ?? "", span: item.span })),
    expect,
  };
};

const readExpectation = (reader: TestReader, node: YamlNode, kind: Kind, path: string): Expectation => {
  const fields = reader.map(node, path, fieldsOf[kind]);
  const number = (name: string, isWhole: boolean): number | null =>
    fields.has(name) ? reader.number(fields.get(name) ?? null, `${path}.${name}`, isWhole) : null;
  const plain = (name: string) => reader.plain(fields.get(name) ?? null, `${path}.${name}`);
  return {
    kind,
    span: node.span,
    where: plain("where"),
    has: plain("has"),
    lacks: reader.texts(fields.get("lacks") ?? null, `${path}.lacks`),
    count: number("count", true),
    fields: fields.has("fields") ? reader.texts(fields.get("fields") ?? null, `${path}.fields`) : null,
    value: number("value", false),
  };
};

type TestReader = ReturnType<typeof readerOf>;

/** Values by kind; what is of another kind is reported and stands for nothing. */
const readerOf = (found: Diagnostic[]) => {
  const wrong = (node: YamlNode, field: string, problem: string, example: string): void => {
    found.push(diagnostic("TP7001", { field, problem, example }, node.span));
  };
  const map = (
    node: YamlNode | null,
    field: string,
    known: readonly string[] | null,
  ): ReadonlyMap<string, YamlNode> => {
    if (node === null) return new Map();
    if (node.kind !== "map") {
      wrong(node, field, "is no map", known === null ? "write key: value" : `fields here are ${known.join(", ")}`);
      return new Map();
    }
    for (const { key, keySpan } of node.entries)
      if (known !== null && !known.includes(key)) {
        const example = `fields here are ${known.join(", ")}`;
        found.push(
          diagnostic(
            "TP7001",
            {
              field: `${field} has the field`,
              problem: `${key}, which there is not${didYouMean(key, known)}`,
              example,
            },
            keySpan,
          ),
        );
      }
    return new Map(node.entries.map(({ key, value }) => [key, value]));
  };
  const list = (node: YamlNode | null, field: string): readonly YamlNode[] => {
    if (node === null) return [];
    if (node.kind === "sequence") return node.items;
    wrong(node, field, "is no list", "write each entry on a line after -");
    return [];
  };
  const text = (node: YamlNode | null, field: string): string | null => {
    if (node?.kind === "scalar" && typeof node.value === "string" && node.value !== "") return node.value;
    if (node !== null) wrong(node, field, "is no text", "write it in quotes");
    return null;
  };
  return {
    wrong,
    map,
    list,
    text,
    texts: (node: YamlNode | null, field: string): readonly string[] =>
      list(node, field).flatMap((item, at) => text(item, `${field}[${at}]`) ?? []),
    number: (node: YamlNode | null, field: string, isWhole: boolean): number | null => {
      if (
        node?.kind === "scalar" &&
        typeof node.value === "number" &&
        (!isWhole || (Number.isSafeInteger(node.value) && node.value >= 0))
      )
        return node.value;
      if (node !== null)
        wrong(node, field, `is no ${isWhole ? "whole number" : "number"}`, "write it without quotes: 3");
      return null;
    },
    plain: (node: YamlNode | null, field: string): ReadonlyMap<string, Plain> =>
      new Map(
        [...map(node, field, null)].flatMap(([key, value]): [string, Plain][] => {
          if (value.kind === "scalar" && value.value !== null) return [[key, value.value]];
          wrong(value, `${field}.${key}`, "is no plain value", "compare with text, a number, true or false");
          return [];
        }),
      ),
  };
};

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { formatGithub } from "../../src/diagnostics/format/github.ts";
import { formatJson } from "../../src/diagnostics/format/json.ts";
import { formatSarif } from "../../src/diagnostics/format/sarif.ts";
import { formatText } from "../../src/diagnostics/format/text.ts";
import type { SourceFile, Span } from "../../src/diagnostics/source.ts";
import { meaningOf } from "../../src/policy/meaning.ts";
import { readPolicies } from "../../src/policy/read.ts";
import { policyObjects, shuffledJson } from "./policy-objects.ts";
import { fuzzedText } from "./policy-texts.ts";

const options = { allowEndpoints: [], rootNamespace: null };
const runs = Number(process.env["FUZZ_RUNS"] ?? 2000);

const cases = join(import.meta.dirname, "../cases");
const samples = readdirSync(cases).flatMap((name) => {
  const folder = join(cases, name, "in");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
});

describe("any text", () => {
  test(`${runs} fuzzed policies never throw, and every finding lies inside its file`, () => {
    fc.assert(
      fc.property(fuzzedText(samples), (text) => {
        const file = { path: "f.yaml", text };
        const { value, diagnostics } = readPolicies([file], options);
        for (const finding of diagnostics) assertInside(finding, file);
        for (const { span } of [...value.policies, ...value.context, ...value.rejected]) assertSpan(span, file);
        for (const policy of value.policies) for (const span of spansIn(policy)) assertSpan(span, file);
        // A policy is applied or has an error of its own, never both.
        const failed = new Set(diagnostics.filter(({ severity }) => severity === "error").map(({ policy }) => policy));
        for (const { id } of value.policies) assert.ok(!failed.has(id), `${id} has an error and is applied`);
      }),
      { numRuns: runs },
    );
  });

  test("every format can say every finding, and control characters never reach a terminal", () => {
    fc.assert(
      fc.property(fuzzedText(samples), (text) => {
        const { diagnostics } = readPolicies([{ path: "f.yaml", text }], options);
        const sources = new Map([["f.yaml", text]]);
        const said = formatText(diagnostics, sources, { color: false });
        assert.doesNotMatch(said, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
        const json: { diagnostics: unknown[] } = JSON.parse(formatJson(diagnostics, sources));
        assert.equal(json.diagnostics.length, diagnostics.length);
        assert.equal(formatGithub(diagnostics, sources).split("\n").length - 1, diagnostics.length);
        const sarif: { runs: { results: unknown[] }[] } = JSON.parse(formatSarif(diagnostics, sources));
        assert.equal(sarif.runs[0]?.results.length, diagnostics.length);
      }),
      { numRuns: Math.ceil(runs / 10) },
    );
  });
});

describe("order means nothing", () => {
  test("of keys, documents and files", () => {
    fc.assert(
      fc.property(
        policyObjects,
        fc.infiniteStream(fc.nat()),
        fc.infiniteStream(fc.nat()),
        (objects, firstOrder, secondOrder) => {
          const first = readPolicies(filesOf(objects, firstOrder), options);
          const second = readPolicies(filesOf(objects, secondOrder), options);
          assert.deepEqual(second.value.policies.map(meaningOf), first.value.policies.map(meaningOf));
          assert.deepEqual(named(second.value.context), named(first.value.context));
          assert.deepEqual(named(second.value.rejected), named(first.value.rejected));
          assert.deepEqual(said(second.diagnostics), said(first.diagnostics));
        },
      ),
      { numRuns: Math.ceil(runs / 5) },
    );
  });
});

type Stream = Iterator<number>;

/** The same objects over one to three files, documents and keys in another order. */
const filesOf = (objects: readonly unknown[], stream: Stream): readonly SourceFile[] => {
  const next = (): number => stream.next().value;
  const files: string[][] = Array.from({ length: 1 + (next() % 3) }, () => []);
  const shuffled = objects.map((object) => ({ object, order: next() })).sort((a, b) => a.order - b.order);
  for (const { object } of shuffled) files[next() % files.length]?.push(shuffledJson(object, next));
  return files.map((documents, index) => ({ path: `${next() % 1000}-${index}.yaml`, text: documents.join("\n---\n") }));
};

/** Without places. Which copy of a repeated policy is pointed at depends on where it stands, and so may its count. */
const said = (diagnostics: readonly Diagnostic[]): readonly string[] =>
  diagnostics
    .filter(({ code }) => code !== "TP1018" && code !== "TP1004")
    .map(({ code, message, policy }) => `${code} ${policy} ${message}`)
    .sort();

const named = (objects: readonly { readonly span: Span }[]): readonly string[] =>
  objects.map(({ span: _span, ...rest }) => JSON.stringify(rest)).sort();

const assertInside = (finding: Diagnostic, file: SourceFile): void => {
  if (finding.at !== null) assertSpan(finding.at, file);
  for (const { span } of finding.related) assertSpan(span, file);
  for (const text of [finding.message, finding.why, finding.fix]) assert.ok(text.length > 0, finding.code);
};

const assertSpan = (span: Span, file: SourceFile): void => {
  assert.equal(span.file, file.path);
  assert.ok(0 <= span.start && span.start <= span.end && span.end <= file.text.length, JSON.stringify(span));
};

const spansIn = (value: unknown): readonly Span[] => {
  if (typeof value !== "object" || value === null) return [];
  if ("file" in value && "start" in value && "end" in value) return [value as Span];
  return Object.values(value).flatMap(spansIn);
};

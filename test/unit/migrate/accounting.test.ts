import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SourceFile } from "../../../src/diagnostics/source.ts";
import { migrate } from "../../../src/migrate/migrate.ts";
import { natives } from "../../../src/migrate/native/natives.ts";
import { plainStyle, reportText } from "../../../src/migrate/report.ts";
import { toNative } from "../../../src/migrate/to-native.ts";
import { assertAccounted, assertValid } from "./account.ts";

const cases = join(import.meta.dirname, "../../cases/migrate");
const seeds: readonly SourceFile[] = readdirSync(cases)
  .sort()
  .flatMap((name) =>
    readdirSync(join(cases, name, "in"))
      .sort()
      .map((path) => ({ path: `${name}/${path}`, text: readFileSync(join(cases, name, "in", path), "utf8") })),
  );
const options = { targets: [], namespace: "default" } as const;

/** One line of a manifest lost, doubled, emptied or given another value: what people do to YAML by accident. */
const damage = (text: string, kind: number, at: number, word: string): string => {
  const lines = text.split("\n");
  const index = at % lines.length;
  const line = lines[index] ?? "";
  switch (kind) {
    case 0:
      return [...lines.slice(0, index), ...lines.slice(index + 1)].join("\n");
    case 1:
      return [...lines.slice(0, index), line, ...lines.slice(index)].join("\n");
    case 2:
      return [...lines.slice(0, index), line.replace(/:.*/, ":"), ...lines.slice(index + 1)].join("\n");
    case 3:
      return [...lines.slice(0, index), line.replace(/: .*/, `: ${word}`), ...lines.slice(index + 1)].join("\n");
    case 4:
      return [...lines.slice(0, index), line.replace(/[\w-]+:/, `${word}:`), ...lines.slice(index + 1)].join("\n");
    default:
      return text.slice(0, at % (text.length + 1));
  }
};

const words = fc.constantFrom(
  "0",
  "-1",
  "true",
  "[]",
  "{}",
  '""',
  "x",
  "http://localhost:4318",
  "{{ .Values.x }}",
  "120",
  "a b",
  "null",
  "1.5e9",
  "'%REQ(X)%'",
  "request.auth",
  '"otel_policy.target"',
  "é\u2028",
);

describe("whatever the manifest", () => {
  test("every leaf is accounted for and what comes out is valid", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...seeds),
        fc.array(fc.tuple(fc.nat(5), fc.nat(3000), words), { maxLength: 4 }),
        fc.constantFrom(null, "draft" as const, "agentic" as const, "gep4768" as const),
        fc.boolean(),
        (seed, changes, dialect, named) => {
          const text = changes.reduce((so, [kind, at, word]) => damage(so, kind, at, word), seed.text);
          const files = [{ path: seed.path, text }];
          const targets = named ? [{ kind: "Gateway" as const, namespace: "team-a", name: "edge.v2" }] : [];
          const result = migrate(files, { targets, namespace: "default", dialect });
          assertAccounted(files, result);
          assertValid(result);
          reportText(result.report, new Map([[seed.path, text]]), { everything: true, style: plainStyle });
          for (const writer of natives) assertAccounted(files, toNative(files, writer, options));
        },
      ),
      { numRuns: 600 },
    );
  });

  test("several files together, and each by itself", () => {
    for (const dialect of [null, "draft", "agentic", "gep4768"] as const) {
      const together = migrate(seeds, { ...options, dialect });
      assertAccounted(seeds, together);
      assertValid(together);
    }
  });

  test("the same bytes every time", () => {
    const once = migrate(seeds, { ...options, dialect: null });
    const again = migrate([...seeds], { ...options, dialect: null });
    assert.equal(once.policies, again.policies);
    assert.deepEqual(once.report, again.report);
  });
});

describe("no secret is repeated", () => {
  const result = migrate(seeds, { ...options, dialect: null });
  const natively = natives.map((writer) => toNative(seeds, writer, options));
  for (const [name, text] of [
    ["policies", result.policies],
    ["report", JSON.stringify(result.report)],
    ["native", JSON.stringify(natively.map(({ policies, report }) => [policies, report]))],
  ] as const)
    test(name, () => assert.ok(!text.includes("s3cret")));
});

test("origins in comments are lines of the input", () => {
  const { policies } = migrate(seeds, { ...options, dialect: null });
  const comments = [...policies.matchAll(/ # ([\w.-]+):(\d+)$/gm)];
  assert.ok(comments.length > 50);
  for (const [, file, line] of comments) {
    const named = seeds.filter(({ path }) => path.endsWith(`/${file}`));
    assert.ok(named.some(({ text }) => text.split("\n").length >= Number(line)));
  }
});

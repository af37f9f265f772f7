import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Compilation, type CompileOptions, compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";
import type { SourceFile } from "../../src/diagnostics/source.ts";
import { anyPolicy } from "../support/policy-arbitrary.ts";

const base: SourceFile = {
  path: "base.yaml",
  text: readFileSync(join(import.meta.dirname, "../../templates/collector/base.yaml"), "utf8"),
};
const options: CompileOptions = {
  dataPlanes: defaultProfileNames,
  rootNamespace: null,
  allowEndpoints: [],
  base,
  topology: "handover",
  collector: null,
  redirectSinks: null,
};

const yaml = (policies: readonly object[]): string => policies.map((policy) => JSON.stringify(policy)).join("\n---\n");
const bytes = ({ rendered }: Compilation): string => `${rendered?.core.yaml}\n${rendered?.ingest?.yaml}`;
const verdicts = ({ diagnostics }: Compilation): readonly string[] =>
  diagnostics.map(({ code, message, policy }) => `${code} ${policy ?? ""} ${message}`).sort();

/** Keys of every object in reverse order, lists untouched. */
const reversed = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(reversed)
    : typeof value === "object" && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, item]) => [key, reversed(item)]),
        )
      : value;

describe("the compiler as a function", () => {
  test("2,000 policies of any shape never make it throw, and always leave a usable config", () => {
    fc.assert(
      fc.property(
        fc.array(anyPolicy, { minLength: 1, maxLength: 4 }),
        fc.constantFrom("handover", "single"),
        (policies, topology) => {
          const compilation = compile([{ path: "p.yaml", text: yaml(policies) }], { ...options, topology });
          assert.ok(compilation.rendered !== null);
          for (const { code } of compilation.diagnostics) assert.notEqual(code.slice(0, 3), "TP9");
          assert.equal(
            compilation.diagnostics.filter(({ code }) => code === "TP4008").length,
            0,
            "stage order is proven",
          );
        },
      ),
      { numRuns: 2000, seed: 42 },
    );
  });

  test("order of files, documents and keys, and how policies are split over files, change no byte", () => {
    const policies = fc.uniqueArray(anyPolicy, {
      minLength: 2,
      maxLength: 6,
      selector: (policy) => (policy as { metadata: { name: string } }).metadata.name,
    });
    fc.assert(
      fc.property(policies, fc.integer(), (all, seed) => {
        const together = compile([{ path: "all.yaml", text: yaml(all) }], options);
        const shuffled = [...all].sort(
          (a, b) => ((JSON.stringify(a).length * (seed | 1)) % 97) - ((JSON.stringify(b).length * (seed | 1)) % 97),
        );
        const apart = compile(
          shuffled.map((policy, index) => ({ path: `mount-${index}.yaml`, text: yaml([reversed(policy) as object]) })),
          options,
        );
        assert.equal(bytes(apart), bytes(together));
        assert.deepEqual(apart.status, together.status);
        const named = (compilation: Compilation): readonly string[] =>
          verdicts(compilation).filter((line) => !line.includes(".yaml"));
        assert.deepEqual(named(apart), named(together));
      }),
      { numRuns: 300, seed: 43 },
    );
  });

  test("every leaf of a rendered config has an origin", () => {
    fc.assert(
      fc.property(fc.array(anyPolicy, { minLength: 1, maxLength: 3 }), (policies) => {
        const { rendered } = compile([{ path: "p.yaml", text: yaml(policies) }], options);
        assert.ok(rendered !== null);
        const leaves: string[] = [];
        const walk = (value: unknown, path: string): void => {
          if (typeof value === "object" && value !== null && Object.keys(value).length > 0) {
            for (const [key, item] of Object.entries(value))
              if (item !== undefined) walk(item, path === "" ? key : `${path}::${key}`);
          } else if (!(Array.isArray(value) && value.length === 0)) leaves.push(path);
        };
        walk(rendered.core.config, "");
        assert.deepEqual(
          leaves.filter((path) => !rendered.core.sourceMap.has(path)),
          [],
        );
      }),
      { numRuns: 100, seed: 44 },
    );
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { Json } from "../../src/base/canonical.ts";
import { type Compilation, type CompileOptions, compile } from "../../src/compile.ts";
import { chosenProfiles, defaultProfileNames } from "../../src/dataplane/profiles.ts";
import type { SourceFile } from "../../src/diagnostics/source.ts";
import { draftsFor } from "../../src/plan/drafts.ts";
import { weigher } from "../../src/render/weigh.ts";
import { type Amounts, type NamespaceBudgets, targetsOf } from "../../src/resolve/budgets.ts";
import { builtInBase } from "../support/compile-text.ts";
import { anyPolicy } from "../support/policy-arbitrary.ts";

const options: CompileOptions = {
  dataPlanes: defaultProfileNames,
  rootNamespace: null,
  allowEndpoints: [],
  base: builtInBase,
  topology: "handover",
  collector: null,
  redirectSinks: null,
};

type Manifest = { readonly metadata: { readonly name: string; readonly namespace: string } };
const idOf = (policy: object): string => {
  const { namespace, name } = (policy as Manifest).metadata;
  return `${namespace}/${name}`;
};
const namespaceOf = (id: string): string => id.split("/")[0] ?? "";
const fileOf = (policy: object): SourceFile => ({
  path: `${idOf(policy).replace("/", "-")}.yaml`,
  text: JSON.stringify(policy),
});

const policies = fc.uniqueArray(anyPolicy, { minLength: 2, maxLength: 12, selector: idOf });
/** Small enough that something is over in most sets. */
const budgets: fc.Arbitrary<NamespaceBudgets> = fc
  .record<Amounts>({
    policies: fc.constantFrom(1, 2, 3, Infinity),
    targets: fc.constantFrom(1, 2, 4, Infinity),
    dimensions: fc.constantFrom(0, 1, 3, Infinity),
    statements: fc.constantFrom(60, 200, 400, Infinity),
    "config-bytes": fc.constantFrom(20_000, 60_000, 200_000, Infinity),
    regex: fc.constantFrom(Infinity),
  })
  .map((everyone) => ({ everyone, own: new Map() }));

const bytes = ({ rendered }: Compilation): string => `${rendered?.core.yaml}\n${rendered?.ingest?.yaml}`;
const overIn = ({ diagnostics }: Compilation): readonly string[] =>
  diagnostics.flatMap(({ code, policy }) => (code === "TP3008" && policy !== null ? [policy] : [])).sort();
const compiled = (set: readonly object[], more: Partial<CompileOptions> = {}): Compilation =>
  compile(set.map(fileOf), { ...options, ...more });

describe("a namespace over its budget harms only itself", () => {
  test("not a byte differs from the same input without its surplus, budgets or not", () => {
    let isOver = 0;
    fc.assert(
      fc.property(policies, budgets, (set, limits) => {
        const all = compiled(set, { budgets: limits });
        const over = overIn(all);
        isOver += over.length > 0 ? 1 : 0;
        const rest = set.filter((policy) => !over.includes(idOf(policy)));
        const without = compiled(rest);
        assert.equal(bytes(all), bytes(without));
        assert.deepEqual(overIn(compiled(rest, { budgets: limits })), [], "the rest fits");
        const statusOf = (compilation: Compilation) =>
          compilation.status.filter(({ policy }) => !over.includes(policy));
        assert.deepEqual(statusOf(all), statusOf(without));
      }),
      { numRuns: 300, seed: 51 },
    );
    assert.ok(isOver > 75, `only ${isOver} sets had a surplus`);
  });

  test("what is decided for a namespace depends on its own policies alone", () => {
    fc.assert(
      fc.property(policies, budgets, (set, limits) => {
        const over = overIn(compiled(set, { budgets: limits }));
        for (const namespace of new Set(set.map((policy) => namespaceOf(idOf(policy))))) {
          const alone = set.filter((policy) => namespaceOf(idOf(policy)) === namespace);
          assert.deepEqual(
            overIn(compiled(alone, { budgets: limits })),
            over.filter((id) => namespaceOf(id) === namespace),
          );
        }
      }),
      { numRuns: 150, seed: 52 },
    );
  });

  test("order of files decides nothing; one more policy never puts out an older one", () => {
    fc.assert(
      fc.property(policies, anyPolicy, budgets, (set, another, limits) => {
        const before = compiled(set, { budgets: limits });
        assert.deepEqual(overIn(compiled(set.toReversed(), { budgets: limits })), overIn(before));
        // Without a timestamp and with the last of all names it is the youngest there can be.
        const { creationTimestamp: _, ...metadata } = (another as { metadata: Record<string, string> }).metadata;
        const youngest = { ...another, metadata: { ...metadata, name: "zz" } };
        const after = compiled([...set, youngest], { budgets: limits });
        assert.deepEqual(
          overIn(after).filter((id) => id !== idOf(youngest)),
          overIn(before),
        );
      }),
      { numRuns: 150, seed: 53 },
    );
  });
});

/** Texts in lists and fields that hold OTTL, counted here in another way than there. */
const statementsOf = (value: Json | undefined, isOttl = false): number => {
  if (typeof value === "string") return isOttl ? 1 : 0;
  if (Array.isArray(value)) return value.reduce((sum: number, item: Json) => sum + statementsOf(item, isOttl), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + statementsOf(item, key === "condition" || key.endsWith("conditions") || key.endsWith("statements")),
    0,
  );
};

test("what policies add to a config is never more than what they were weighed with", () => {
  // Everything that the first policy of each signal brings along is there already.
  const first = {
    apiVersion: "agentic.networking.x-k8s.io/v1alpha1",
    kind: "TelemetryPolicy",
    metadata: { name: "first", namespace: "first", creationTimestamp: "2020-01-01T00:00:00Z" },
    spec: {
      targetRefs: [
        { group: "gateway.networking.k8s.io", kind: "Gateway", name: "first" },
        { group: "", kind: "Namespace", name: "first" },
      ],
      tracing: { provider: { endpoint: "c.monitoring.svc:4317" } },
      metrics: { enabled: true, provider: { type: "OTLP", endpoint: "c.monitoring.svc:4317" } },
      accessLogs: { enabled: true },
    },
  };
  const profiles = chosenProfiles(defaultProfileNames);
  const partsOf = (set: readonly object[]) => {
    const { rendered, effective, policies: read } = compiled(set);
    assert.ok(rendered !== null);
    const statements = statementsOf(rendered.core.config);
    return { statements, bytes: JSON.stringify(rendered.core.config).length, effective, read };
  };
  const before = partsOf([first]);
  let added = 0;
  fc.assert(
    fc.property(policies, (set) => {
      const after = partsOf([first, ...set]);
      const draftsOf = draftsFor(profiles, new Map());
      const weigh = weigher(profiles, null);
      const seen = new Set<string>();
      let [statements, bytes] = [0, 0];
      for (const policy of after.read.policies.filter(({ name }) => name !== "first")) {
        const { own, shared } = weigh(
          policy.id,
          targetsOf(policy).map((target) => ({ target, drafts: draftsOf(policy, target.kind) })),
        );
        for (const part of [own, ...[...shared].filter(([name]) => !seen.has(name)).map(([, weight]) => weight)]) {
          statements += part.statements;
          bytes += part["config-bytes"];
        }
        for (const name of shared.keys()) seen.add(name);
      }
      added += after.statements - before.statements;
      assert.ok(
        after.statements - before.statements <= statements,
        `statements ${after.statements - before.statements} of ${statements}`,
      );
      assert.ok(after.bytes - before.bytes <= bytes, `bytes ${after.bytes - before.bytes} of ${bytes}`);
    }),
    { numRuns: 200, seed: 54 },
  );
  assert.ok(added > 10_000);
});

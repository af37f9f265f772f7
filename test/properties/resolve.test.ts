import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ContextObject, PolicySet, TelemetryPolicy } from "../../src/policy/types.ts";
import { byPrecedence } from "../../src/resolve/precedence.ts";
import { resolve } from "../../src/resolve/resolve.ts";
import { statusOf } from "../../src/resolve/status.ts";
import { targetKey } from "../../src/resolve/types.ts";
import { gateway, grant, namespace, object, policy } from "../unit/resolve/policies.ts";

/** Few names, so that conflicts, copies and missing targets are common. */
const spaces = fc.constantFrom("a", "b", "root");
const target = fc.oneof(
  fc.tuple(spaces, fc.constantFrom("x", "y", "z")).map(([home, name]) => gateway(home, name)),
  spaces.map(namespace),
);
const somePolicy: fc.Arbitrary<TelemetryPolicy> = fc
  .record({
    home: spaces,
    name: fc.constantFrom("p", "q", "r", "s"),
    targets: fc.array(target, { maxLength: 4 }),
    createdAt: fc.constantFrom(
      undefined,
      "2026-01-01T00:00:00Z",
      "2026-01-01T01:00:00+01:00",
      "2025-06-01T00:00:00Z",
      "nonsense",
    ),
    dialect: fc.constantFrom("draft" as const, "agentic" as const, "gep4768" as const),
  })
  .map(({ home, name, targets, createdAt, dialect }) =>
    policy(`${home}/${name}`, targets, { dialect, ...(createdAt === undefined ? {} : { createdAt }) }),
  );
const someObject: fc.Arbitrary<ContextObject> = fc.oneof(
  fc.tuple(spaces, fc.constantFrom("x", "y")).map(([home, name]) => object("Gateway", home, name)),
  spaces.map((name) => object("Namespace", name, name)),
  fc.tuple(spaces, spaces).map(([home, from]) => grant(home, from)),
);
/** Ids are unique over sound and broken policies: the reader settles repetitions. */
const someSet: fc.Arbitrary<PolicySet> = fc
  .record({
    read: fc.uniqueArray(fc.record({ policy: somePolicy, isBroken: fc.boolean() }), {
      selector: ({ policy }) => policy.id,
      maxLength: 12,
    }),
    context: fc.array(someObject, { maxLength: 5 }),
  })
  .map(({ read, context }) => ({
    context,
    policies: read.filter(({ isBroken }) => !isBroken).map(({ policy }) => policy),
    rejected: read
      .filter(({ isBroken }) => isBroken)
      .map(({ policy: { id, generation, targets, span } }) => ({
        id,
        generation,
        span,
        targets: targets.map(({ value }) => value),
      })),
  }));
const someOptions = fc.record({ rootNamespace: fc.constantFrom(null, "root") });

const resultOf = (set: PolicySet, options: { readonly rootNamespace: string | null }) => {
  const { value, diagnostics } = resolve(set, options);
  return { effective: value, diagnostics, status: statusOf(set, value, diagnostics) };
};

test("the order of policies, objects and files decides nothing", () => {
  const shuffled = someSet.chain((set) =>
    fc
      .tuple(
        fc.shuffledSubarray([...set.policies], { minLength: set.policies.length }),
        fc.shuffledSubarray([...set.context], { minLength: set.context.length }),
        fc.shuffledSubarray([...set.rejected], { minLength: set.rejected.length }),
      )
      .map(([policies, context, rejected]) => ({ set, other: { policies, context, rejected } })),
  );
  fc.assert(
    fc.property(shuffled, someOptions, ({ set, other }, options) => {
      assert.deepEqual(resultOf(other, options), resultOf(set, options));
    }),
  );
});

test("names of files decide nothing but where a message points", () => {
  const renamed = fc.tuple(someSet, fc.infiniteStream(fc.uuid()));
  fc.assert(
    fc.property(renamed, someOptions, ([set, names], options) => {
      const moved = set.policies.map((p) => {
        const file = names.next().value;
        const { createdAt } = p;
        return policy(
          p.id,
          p.targets.map(({ value }) => value),
          { dialect: p.dialect, file, ...(createdAt === null ? {} : { createdAt }) },
        );
      });
      const winners = (candidates: PolicySet) =>
        resolve(candidates, options).value.map(({ target, policy, losers }) => [
          targetKey(target),
          policy.id,
          policy.dialect,
          losers,
        ]);
      assert.deepEqual(winners({ ...set, policies: moved }), winners(set));
    }),
  );
});

test("a target has one policy; a policy has all targets it may have, or lost to an earlier one", () => {
  fc.assert(
    fc.property(someSet, someOptions, (set, options) => {
      const { effective, diagnostics, status } = resultOf(set, options);
      assert.equal(new Set(effective.map(({ target }) => targetKey(target))).size, effective.length);
      for (const { policy, losers } of effective) {
        for (const loser of losers) {
          const candidates = set.policies.filter(({ id }) => id === loser.policy);
          assert.ok(candidates.some((candidate) => byPrecedence(policy, candidate) < 0));
          assert.ok(diagnostics.some((finding) => finding.code === "TP3001" && finding.policy === loser.policy));
        }
        const own = effective.filter((row) => row.policy === policy).map(({ target }) => targetKey(target));
        const refused = diagnostics.filter(({ severity, at }) => severity === "error" && at?.file === policy.span.file);
        const asked = new Set(policy.targets.map(({ value }) => targetKey(value)));
        assert.equal(own.length + refused.length, asked.size);
      }
      const accepted = status.flatMap(({ ancestors }) =>
        ancestors.filter(({ conditions }) => conditions[0]?.status === "True"),
      );
      assert.equal(accepted.length, effective.length);
    }),
  );
});

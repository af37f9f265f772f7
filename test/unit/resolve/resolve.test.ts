import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { resolve } from "../../../src/resolve/resolve.ts";
import { type EffectivePolicy, targetKey } from "../../../src/resolve/types.ts";
import { gateway, namespace, object, policy, setOf, withBackend } from "./policies.ts";

const options = { rootNamespace: null };
const a = gateway("ns", "a");
const b = gateway("ns", "b");
const c = gateway("ns", "c");
const objects = [a, b, c].map(({ namespace, name }) => object("Gateway", namespace, name));

/** `target ← winner, loser (reason)` */
const told = (effective: readonly EffectivePolicy[]): readonly string[] =>
  effective.map(({ target, policy, losers }) =>
    [`${targetKey(target)} ← ${policy.id}`, ...losers.map(({ policy, decidedBy }) => `${policy} (${decidedBy})`)].join(
      ", ",
    ),
  );

describe("resolve", () => {
  test("policies on targets of their own all apply, sorted by target", () => {
    const { value, diagnostics } = resolve(
      setOf([policy("ns/p", [c]), policy("ns/q", [a, namespace("ns")])], objects),
      options,
    );
    assert.deepEqual(told(value), ["Gateway/ns/a ← ns/q", "Gateway/ns/c ← ns/p", "Namespace/ns ← ns/q"]);
    assert.deepEqual(diagnostics, []);
  });

  test("two on one target: one wins, the other is told by whom, why and where", () => {
    const older = policy("ns/z", [a], { createdAt: "2026-01-01T00:00:00Z" });
    const { value, diagnostics } = resolve(setOf([policy("ns/p", [a]), older, policy("ns/o", [a])], objects), options);
    assert.deepEqual(told(value), [
      "Gateway/ns/a ← ns/z, ns/o (has a creationTimestamp), ns/p (has a creationTimestamp)",
    ]);
    assert.deepEqual(
      diagnostics.map(({ code, policy, message, at, related }) => ({ code, policy, message, at, related })),
      ["o", "p"].map((name) => ({
        code: "TP3001",
        policy: `ns/${name}`,
        message:
          "Gateway ns/a is already governed by policy ns/z: it has a creationTimestamp (2026-01-01T00:00:00Z) and this one has none",
        at: { file: `ns-${name}.yaml`, start: 100, end: 105 },
        related: [{ span: { file: "ns-z.yaml", start: 10, end: 20 }, message: "ns/z governs Gateway ns/a" }],
      })),
    );
  });

  test("a loser loses as a whole: its free targets go to the next in order", () => {
    const policies = [policy("ns/1", [a]), policy("ns/2", [a, b]), policy("ns/3", [b])];
    const { value, diagnostics } = resolve(setOf(policies, objects), options);
    assert.deepEqual(told(value), ["Gateway/ns/a ← ns/1, ns/2 (namespace/name order)", "Gateway/ns/b ← ns/3"]);
    assert.deepEqual(
      diagnostics.map(({ policy }) => policy),
      ["ns/2"],
    );
  });

  test("several lost targets are one finding that shows every winner", () => {
    const { value, diagnostics } = resolve(
      setOf([policy("ns/1", [a]), policy("ns/2", [b]), policy("ns/3", [a, b])], objects),
      options,
    );
    assert.deepEqual(told(value), [
      "Gateway/ns/a ← ns/1, ns/3 (namespace/name order)",
      "Gateway/ns/b ← ns/2, ns/3 (namespace/name order)",
    ]);
    assert.deepEqual(
      diagnostics.map(({ related }) => related.map(({ message }) => message)),
      [["ns/1 governs Gateway ns/a", "ns/2 governs Gateway ns/b"]],
    );
    assert.match(
      diagnostics[0]?.message ?? "",
      /^Gateway ns\/a is already governed by policy ns\/1 \(and 1 more of its targets by others\): /,
    );
  });

  test("a target that may not be had is not claimed, so nobody loses it", () => {
    const { value, diagnostics } = resolve(
      setOf([policy("a/intruder", [a]), policy("ns/owner", [a])], objects),
      options,
    );
    assert.deepEqual(told(value), ["Gateway/ns/a ← ns/owner"]);
    assert.deepEqual(
      diagnostics.map(({ code, policy }) => `${code} ${policy}`),
      ["TP3003 a/intruder"],
    );
  });

  test("a policy that may not send to its backend governs nothing, and holds no target", () => {
    const nosy = withBackend(policy("ns/a", [a]), "other", "collector");
    const { value, diagnostics } = resolve(setOf([nosy, policy("ns/b", [a])], objects), options);
    assert.deepEqual(told(value), ["Gateway/ns/a ← ns/b"]);
    assert.deepEqual(
      diagnostics.map(({ code, policy }) => `${code} ${policy}`),
      ["TP3006 ns/a"],
    );
  });
});

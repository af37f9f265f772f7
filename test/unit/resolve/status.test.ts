import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Diagnostic, diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import type { PolicySet } from "../../../src/policy/types.ts";
import { resolve } from "../../../src/resolve/resolve.ts";
import { statusOf } from "../../../src/resolve/status.ts";
import { gateway, namespace, object, policy, setOf, withBackend } from "./policies.ts";

const edge = gateway("ns", "edge");
const objects = [object("Gateway", "ns", "edge"), object("Gateway", "ns", "inner")];

const statusAfter = (set: PolicySet, later: readonly Diagnostic[] = []) => {
  const { value, diagnostics } = resolve(set, { rootNamespace: null });
  return statusOf(set, value, [...diagnostics, ...later]);
};

/** `policy ancestor: Type=Status/Reason …` */
const told = (set: PolicySet, later: readonly Diagnostic[] = []): readonly string[] =>
  statusAfter(set, later).flatMap(({ policy, ancestors }) =>
    ancestors.map(
      ({ ancestorRef, conditions }) =>
        `${policy} ${ancestorRef.kind}/${ancestorRef.name}: ${conditions.map(({ type, status, reason }) => `${type}=${status}/${reason}`).join(" ")}`,
    ),
  );

const gap = (policy: string, field: string): Diagnostic =>
  diagnostic("TP4001", { field, reason: "the proxy decides it", remedy: "tell the proxy" }, null, { policy });

describe("status", () => {
  test("the upstream shape", () => {
    assert.deepEqual(statusAfter(setOf([policy("ns/p", [edge])], objects)), [
      {
        policy: "ns/p",
        ancestors: [
          {
            ancestorRef: { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "ns", name: "edge" },
            controllerName: "otel-policy.dev/agent",
            conditions: [
              {
                type: "Accepted",
                status: "True",
                reason: "Accepted",
                message: "governs Gateway ns/edge",
                observedGeneration: 7,
              },
              {
                type: "ResolvedRefs",
                status: "True",
                reason: "ResolvedRefs",
                message: "every reference is resolved",
                observedGeneration: 7,
              },
              {
                type: "Programmed",
                status: "True",
                reason: "Programmed",
                message: "every field is enforced",
                observedGeneration: 7,
              },
            ],
          },
        ],
      },
    ]);
  });

  test("a Namespace is a core object without a namespace", () => {
    const [status] = statusAfter(setOf([policy("ns/p", [namespace("ns")])]));
    assert.deepEqual(status?.ancestors[0]?.ancestorRef, { group: "", kind: "Namespace", namespace: null, name: "ns" });
  });

  test("a target on trust is accepted and says so", () => {
    const [status] = statusAfter(setOf([policy("ns/p", [edge])]));
    assert.equal(
      status?.ancestors[0]?.conditions[0]?.message,
      "governs Gateway ns/edge (TP3005: Gateway ns/edge is taken on trust: no Gateway object is among the files that were read)",
    );
  });

  test("fields that nothing here enforces are named, each policy its own", () => {
    const set = setOf([policy("ns/p", [edge]), policy("ns/q", [gateway("ns", "inner")])], objects);
    const later = [gap("ns/p", "tracing.context"), gap("ns/p", "metrics.overrides[0]")];
    assert.deepEqual(told(set, later), [
      "ns/p Gateway/edge: Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs Programmed=True/PartiallyProgrammed",
      "ns/q Gateway/inner: Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs Programmed=True/Programmed",
    ]);
    assert.equal(
      statusAfter(set, later)[0]?.ancestors[0]?.conditions[2]?.message,
      "TP4001: metrics.overrides[0] cannot be enforced by a Collector: the proxy decides it; TP4001: tracing.context cannot be enforced by a Collector: the proxy decides it",
    );
  });

  test("an error of a later stage leaves it unprogrammed", () => {
    const error = diagnostic("TP4002", { component: "tail_sampling", needs: "parentBasedSampling" }, null, {
      policy: "ns/p",
    });
    assert.deepEqual(told(setOf([policy("ns/p", [edge])], objects), [error, gap("ns/p", "tracing.context")]), [
      "ns/p Gateway/edge: Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs Programmed=False/Invalid",
    ]);
  });

  test("a conflicted policy is so at each of its targets", () => {
    const set = setOf(
      [policy("ns/a", [edge]), policy("ns/b", [gateway("ns", "inner"), edge, gateway("ns", "edgy")])],
      objects,
    );
    assert.deepEqual(told(set), [
      "ns/a Gateway/edge: Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs Programmed=True/Programmed",
      "ns/b Gateway/inner: Accepted=False/Conflicted ResolvedRefs=True/ResolvedRefs",
      "ns/b Gateway/edge: Accepted=False/Conflicted ResolvedRefs=True/ResolvedRefs",
      "ns/b Gateway/edgy: Accepted=False/TargetNotFound ResolvedRefs=False/TargetNotFound",
    ]);
    assert.equal(
      statusAfter(set)[1]?.ancestors[0]?.conditions[0]?.message,
      "TP3001: Gateway ns/edge is already governed by policy ns/a: neither has a creationTimestamp, and ns/a sorts before ns/b",
    );
  });

  test("one missing target does not hide that the other is governed", () => {
    assert.deepEqual(told(setOf([policy("ns/p", [gateway("ns", "nowhere"), edge])], objects)), [
      "ns/p Gateway/nowhere: Accepted=False/TargetNotFound ResolvedRefs=False/TargetNotFound",
      "ns/p Gateway/edge: Accepted=True/Accepted ResolvedRefs=True/ResolvedRefs Programmed=True/Programmed",
    ]);
  });

  test("targets in other namespaces", () => {
    assert.deepEqual(told(setOf([policy("team/p", [edge, namespace("ns")])], objects)), [
      "team/p Gateway/edge: Accepted=False/RefNotPermitted ResolvedRefs=False/RefNotPermitted",
      "team/p Namespace/ns: Accepted=False/RefNotPermitted ResolvedRefs=False/RefNotPermitted",
    ]);
  });

  test("a policy with errors is Invalid and says which", () => {
    const rejected = [{ id: "ns/bad", generation: 3, targets: [edge], span: { file: "bad.yaml", start: 0, end: 1 } }];
    const error = diagnostic("TP4002", { component: "x", needs: "y" }, null, { policy: "ns/bad" });
    const [status] = statusAfter(setOf([], [], rejected), [error, gap("ns/bad", "tracing.context")]);
    assert.deepEqual(
      status?.ancestors[0]?.conditions.map(({ type, status, reason, message, observedGeneration }) => [
        type,
        status,
        reason,
        message,
        observedGeneration,
      ]),
      [
        ["Accepted", "False", "Invalid", "TP4002: this Collector has no x, which y needs", 3],
        ["ResolvedRefs", "Unknown", "Invalid", "an invalid policy is not resolved", 3],
      ],
    );
  });

  test("a backend that may not be referred to makes the policy Invalid, with the reference as the reason", () => {
    assert.deepEqual(told(setOf([withBackend(policy("ns/p", [edge]), "other", "collector")], objects)), [
      "ns/p Gateway/edge: Accepted=False/Invalid ResolvedRefs=False/RefNotPermitted",
    ]);
  });

  test("a backend that nobody has seen is said, and used all the same", () => {
    const set = setOf(
      [withBackend(policy("ns/p", [edge]), "ns", "colector")],
      [...objects, object("Service", "ns", "collector")],
    );
    assert.deepEqual(told(set), [
      "ns/p Gateway/edge: Accepted=True/Accepted ResolvedRefs=False/BackendNotFound Programmed=True/Programmed",
    ]);
  });

  test("at most 16 ancestors", () => {
    const targets = Array.from({ length: 20 }, (_, index) => gateway("ns", `gw-${index}`));
    const set = setOf([policy("ns/p", targets)]);
    assert.equal(statusAfter(set)[0]?.ancestors.length, 16);
  });

  test("a message keeps within the limit of metav1.Condition", () => {
    const later = Array.from({ length: 500 }, (_, index) => gap("ns/p", `tracing.context[${index}]`));
    const message =
      statusAfter(setOf([policy("ns/p", [edge])], objects), later)[0]?.ancestors[0]?.conditions[2]?.message ?? "";
    assert.equal(message.length, 32_768);
    assert.ok(message.endsWith("…"));
  });
});

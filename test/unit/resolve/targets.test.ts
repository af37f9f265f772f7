import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContextObject, TelemetryPolicy } from "../../../src/policy/types.ts";
import { admissibleTargets } from "../../../src/resolve/targets.ts";
import { targetName } from "../../../src/resolve/types.ts";
import { gateway, grant, namespace, object, policy } from "./policies.ts";

type Case = {
  readonly name: string;
  readonly policy: TelemetryPolicy;
  readonly context?: readonly ContextObject[];
  readonly root?: string;
  readonly admitted: readonly string[];
  readonly findings: readonly string[];
};

const edge = gateway("prod", "edge");
const cases: readonly Case[] = [
  {
    name: "a Gateway that is there",
    policy: policy("prod/p", [edge]),
    context: [object("Gateway", "prod", "edge")],
    admitted: ["Gateway prod/edge"],
    findings: [],
  },
  {
    name: "a Gateway on trust, when none is mounted",
    policy: policy("prod/p", [edge]),
    admitted: ["Gateway prod/edge"],
    findings: ["info TP3005 Gateway prod/edge is taken on trust: no Gateway object is among the files that were read"],
  },
  {
    name: "a mistyped Gateway",
    policy: policy("prod/p", [gateway("prod", "egde")]),
    context: [object("Gateway", "prod", "edge"), object("Gateway", "test", "edgy")],
    admitted: [],
    findings: ['error TP3002 there is no Gateway prod/egde among the objects that were read — did you mean "edge"?'],
  },
  {
    name: "a Gateway of that name in other namespaces only",
    policy: policy("prod/p", [edge]),
    context: [object("Gateway", "test", "edge"), object("Gateway", "dev", "edge")],
    admitted: [],
    findings: [
      "error TP3002 there is no Gateway prod/edge among the objects that were read, only in namespace dev, test",
    ],
  },
  {
    name: "another namespace's Gateway without a grant",
    policy: policy("team/p", [edge]),
    admitted: [],
    findings: [
      "error TP3003 a policy in namespace team may not attach to Gateway prod/edge: no ReferenceGrant in prod permits it",
    ],
  },
  {
    name: "another namespace's Gateway with a grant",
    policy: policy("team/p", [edge]),
    context: [grant("prod", "team"), object("Gateway", "prod", "edge")],
    admitted: ["Gateway prod/edge"],
    findings: [],
  },
  {
    name: "a grant for that Gateway by name",
    policy: policy("team/p", [edge, gateway("prod", "inner")]),
    context: [
      grant("prod", "team", { name: "edge" }),
      object("Gateway", "prod", "edge"),
      object("Gateway", "prod", "inner"),
    ],
    admitted: ["Gateway prod/edge"],
    findings: [
      "error TP3003 a policy in namespace team may not attach to Gateway prod/inner: no ReferenceGrant in prod permits it",
    ],
  },
  {
    name: "grants of another namespace, for another namespace, for another group help nothing",
    policy: policy("team/p", [edge]),
    context: [
      grant("dev", "team"),
      grant("prod", "other"),
      grant("prod", "team", { group: "gateway.networking.k8s.io" }),
    ],
    admitted: [],
    findings: [
      "error TP3003 a policy in namespace team may not attach to Gateway prod/edge: no ReferenceGrant in prod permits it",
    ],
  },
  {
    name: "the root namespace needs no grant",
    policy: policy("platform/p", [edge]),
    context: [object("Gateway", "prod", "edge")],
    root: "platform",
    admitted: ["Gateway prod/edge"],
    findings: [],
  },
  {
    name: "a policy's own namespace exists, whatever is mounted",
    policy: policy("prod/p", [namespace("prod")]),
    context: [object("Namespace", "", "other")],
    admitted: ["Namespace prod"],
    findings: [],
  },
  {
    name: "another Namespace, without a root namespace",
    policy: policy("team/p", [namespace("prod")]),
    admitted: [],
    findings: ["error TP3004 a policy in namespace team may not attach to Namespace prod: no root namespace is set"],
  },
  {
    name: "another Namespace, from outside the root namespace; a grant changes nothing",
    policy: policy("team/p", [namespace("prod")]),
    context: [grant("prod", "team")],
    root: "platform",
    admitted: [],
    findings: [
      "error TP3004 a policy in namespace team may not attach to Namespace prod: only policies in the root namespace platform may attach to others",
    ],
  },
  {
    name: "another Namespace, from the root namespace",
    policy: policy("platform/p", [namespace("prod"), namespace("prdo")]),
    context: [object("Namespace", "", "prod")],
    root: "platform",
    admitted: ["Namespace prod"],
    findings: ['error TP3002 there is no Namespace prdo among the objects that were read — did you mean "prod"?'],
  },
  {
    name: "a target written twice counts once",
    policy: policy("prod/p", [namespace("prod"), namespace("prod")]),
    admitted: ["Namespace prod"],
    findings: [],
  },
];

describe("which targets a policy may have", () => {
  for (const { name, policy, context = [], root = null, admitted, findings } of cases) {
    test(name, () => {
      const targets = admissibleTargets(policy, context, root);
      assert.deepEqual(
        targets.value.map(({ value }) => targetName(value)),
        admitted,
      );
      assert.deepEqual(
        targets.diagnostics.map(({ severity, code, message }) => `${severity} ${code} ${message}`),
        findings,
      );
    });
  }

  test("a finding points at the target and names the policy", () => {
    const [finding] = admissibleTargets(policy("team/p", [namespace("team"), namespace("prod")]), [], null).diagnostics;
    assert.deepEqual(finding?.at, { file: "team-p.yaml", start: 110, end: 115 });
    assert.equal(finding?.policy, "team/p");
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContextObject, TelemetryPolicy } from "../../../src/policy/types.ts";
import { checkBackends } from "../../../src/resolve/backends.ts";
import { grant, object, policy, withBackend } from "./policies.ts";

const home = withBackend(policy("team/p", []), "team", "collector");
const away = withBackend(policy("team/p", []), "monitoring", "collector");
const refused =
  "error TP3006 a policy in namespace team may not send to Service monitoring/collector: no ReferenceGrant in monitoring permits it";

describe("which Services a policy may send to by reference", () => {
  const cases: readonly [
    name: string,
    policy: TelemetryPolicy,
    context: readonly ContextObject[],
    root: string | null,
    findings: readonly string[],
  ][] = [
    ["no provider", policy("team/p", []), [], null, []],
    ["its own namespace's", home, [], null, []],
    ["its own namespace's, and it is there", home, [object("Service", "team", "collector")], null, []],
    [
      "one that is not among the Services",
      home,
      [object("Service", "team", "collectors"), object("Service", "other", "collector")],
      null,
      [
        'warning TP3007 there is no Service team/collector among the objects that were read — did you mean "collectors"?',
      ],
    ],
    ["another namespace's without a grant", away, [], null, [refused]],
    ["another namespace's with a grant", away, [grant("monitoring", "team", { toKind: "Service" })], null, []],
    ["a grant to Gateways helps nothing", away, [grant("monitoring", "team")], null, [refused]],
    [
      "a grant to another Service helps nothing",
      away,
      [grant("monitoring", "team", { toKind: "Service", name: "other" })],
      null,
      [refused],
    ],
    ["from the root namespace", away, [], "team", []],
    ["from outside the root namespace", away, [], "platform", [refused]],
  ];
  for (const [name, policy, context, root, findings] of cases) {
    test(name, () => {
      const found = checkBackends(policy, context, root);
      assert.deepEqual(
        found.map(({ severity, code, message }) => `${severity} ${code} ${message}`),
        findings,
      );
      for (const { at, policy } of found) assert.deepEqual([at?.start, policy], [300, "team/p"]);
    });
  }
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { InvariantError } from "../../../src/base/assert.ts";
import type { TelemetryPolicy } from "../../../src/policy/types.ts";
import { byPrecedence, decidingReason } from "../../../src/resolve/precedence.ts";
import { policy } from "./policies.ts";

const dated = (id: string, createdAt?: string): TelemetryPolicy =>
  policy(id, [], createdAt === undefined ? {} : { createdAt });

describe("precedence (GEP-713)", () => {
  const cases: readonly [
    name: string,
    winner: TelemetryPolicy,
    loser: TelemetryPolicy,
    decidedBy: string,
    words: string,
  ][] = [
    [
      "the older one, whatever its name",
      dated("ns/z", "2026-01-01T00:00:00Z"),
      dated("ns/a", "2026-01-02T00:00:00Z"),
      "older creationTimestamp",
      "it is older (2026-01-01T00:00:00Z, this one 2026-01-02T00:00:00Z)",
    ],
    [
      "instants, not spellings",
      dated("ns/z", "2026-01-01T10:30:00+02:00"),
      dated("ns/a", "2026-01-01T09:00:00Z"),
      "older creationTimestamp",
      "it is older (2026-01-01T10:30:00+02:00, this one 2026-01-01T09:00:00Z)",
    ],
    [
      "one with a timestamp before one without",
      dated("ns/z", "2036-01-01T00:00:00Z"),
      dated("ns/a"),
      "has a creationTimestamp",
      "it has a creationTimestamp (2036-01-01T00:00:00Z) and this one has none",
    ],
    [
      "an unreadable timestamp is none",
      dated("ns/z", "2036-01-01T00:00:00Z"),
      dated("ns/a", "yesterday"),
      "has a creationTimestamp",
      "it has a creationTimestamp (2036-01-01T00:00:00Z) and this one has none",
    ],
    [
      "the name, when neither has one",
      dated("ns/a"),
      dated("ns/b"),
      "namespace/name order",
      "neither has a creationTimestamp, and ns/a sorts before ns/b",
    ],
    [
      "the name, when the instants are equal",
      dated("a/z", "2026-01-01T01:00:00+01:00"),
      dated("b/a", "2026-01-01T00:00:00Z"),
      "namespace/name order",
      "both are equally old, and a/z sorts before b/a",
    ],
  ];
  for (const [name, winner, loser, decidedBy, words] of cases) {
    test(name, () => {
      assert.ok(byPrecedence(winner, loser) < 0);
      assert.ok(byPrecedence(loser, winner) > 0);
      assert.deepEqual(decidingReason(winner, loser), { decidedBy, words });
    });
  }
});

test("two policies of one name are a bug of the reader, not a draw", () => {
  assert.throws(() => decidingReason(dated("ns/a"), dated("ns/a")), new InvariantError("two policies are called ns/a"));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { InvariantError, invariant, unreachable } from "../../../src/base/assert.ts";

test("invariant lets what holds pass", () => {
  assert.doesNotThrow(() => invariant(1, "never said"));
});

test("invariant throws its own kind of error, with its message", () => {
  assert.throws(() => invariant(0, "must hold"), new InvariantError("must hold"));
});

test("unreachable names the value it was reached with", () => {
  // The types rule out any argument, so it comes the way a bug would bring it: past them.
  assert.throws(
    () => Reflect.apply(unreachable, undefined, [{ kind: "new" }]),
    new InvariantError('unexpected value {"kind":"new"}'),
  );
});

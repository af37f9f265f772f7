import assert from "node:assert/strict";
import { test } from "node:test";
import { compareVersions } from "../../../src/collector/version.ts";

test("versions are ordered by number", () => {
  const sorted = ["0.158.0", "0.99.0", "1.0.0", "0.145.10", "0.145.2"].sort(compareVersions);
  assert.deepEqual(sorted, ["0.99.0", "0.145.2", "0.145.10", "0.158.0", "1.0.0"]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { shownExample } from "../../../src/cli/explain/example.ts";
import { examples } from "../../../src/cli/explain/examples.ts";
import { parts } from "../../../src/cli/parts.ts";
import { type Code, codes } from "../../../src/diagnostics/codes.ts";

const isCode = (name: string): name is Code => Object.hasOwn(codes, name);
const all = Object.keys(codes).filter(isCode);

test("every code has an example", () =>
  assert.deepEqual(
    all.filter((code) => examples[code] === undefined),
    [],
  ));

describe("the example of a code shows that code", () => {
  for (const code of all)
    test(code, async () => {
      const { diagnostics } = await shownExample(code, parts);
      assert.deepEqual(
        diagnostics.map((found) => found.code),
        [code],
      );
    });
});

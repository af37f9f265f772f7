import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { conventions } from "../../../src/genai/aliases.ts";
import { contentPattern } from "../../../src/genai/content.ts";
import { canonicalNames, fields } from "../../../src/genai/names.ts";
import { namesDocument } from "../../../src/genai/names-document.ts";
import { leafOperations, operationAliases } from "../../../src/genai/operations.ts";

test("docs/genai-names.md is what scripts/genai-names.ts writes", () => {
  assert.equal(readFileSync(new URL("../../../docs/genai-names.md", import.meta.url), "utf8"), namesDocument());
});

describe("the alias table", () => {
  test("names no attribute twice in one convention, and every convention says where it is known from", () => {
    for (const { name, source, markers, aliases } of conventions) {
      const read = aliases.map(({ field, from }) => `${field} ${from}`);
      assert.deepEqual(read, [...new Set(read)], name);
      assert.ok(source.length > 10 && markers.length > 0, name);
    }
  });

  test("reads the canonical names of both profiles", () => {
    const read = new Set(conventions.flatMap(({ aliases }) => aliases.map(({ field, from }) => `${field} ${from}`)));
    for (const [field, names] of Object.entries(canonicalNames))
      for (const name of Object.values(names)) assert.ok(read.has(`${field} ${name}`), `${field} ${name}`);
  });

  test("reads into known fields, and other words for operations are leaf operations", () => {
    for (const { aliases } of conventions) for (const { field } of aliases) assert.ok(field in fields, field);
    for (const means of Object.values(operationAliases)) assert.ok(leafOperations.includes(means), means);
  });

  test("reads no content", () => {
    const content = new RegExp(`^(?:${contentPattern})$`);
    const read = conventions.flatMap(({ aliases }) => aliases.map(({ from }) => from));
    assert.deepEqual(
      read.filter((name) => content.test(name)),
      [],
    );
  });
});

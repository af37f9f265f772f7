import assert from "node:assert/strict";
import { test } from "node:test";
import { editorSchema } from "../../../scripts/crd/editor-schema.ts";
import { vocabulary } from "../../../src/policy/vocabulary.ts";
import { runCli } from "./run-cli.ts";

test("schema prints what the vocabulary says (node scripts/crd.ts writes it)", async () => {
  const { code, out } = await runCli("schema");
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify(editorSchema())));
});

type Node = {
  readonly properties?: { readonly [name: string]: Node };
  readonly items?: Node;
  readonly additionalProperties?: boolean;
  readonly const?: string;
};
type Branch = { readonly if: Node; readonly then: Node };

test("by apiVersion it has every field of that dialect, and marks all others", async () => {
  const { allOf }: { allOf: readonly Branch[] } = JSON.parse((await runCli("schema")).out);
  const known = Object.values(vocabulary);
  assert.equal(allOf.length, known.length);
  assert.equal(new Set(allOf.map((branch) => branch.if.properties?.["apiVersion"]?.const)).size, known.length);
  for (const [at, dialect] of (["draft", "agentic", "gep4768"] as const).entries()) {
    const walk = (node: Node, path: string): void => {
      if (node.items !== undefined) walk(node.items, `${path}[]`);
      if (node.properties === undefined) return;
      const block = vocabulary[dialect][path] ?? assert.fail(`no block ${path}`);
      for (const name of [...block.own, ...block.extension]) assert.ok(name in node.properties, `${path}.${name}`);
      assert.equal(node.additionalProperties, false, path);
      for (const [name, inside] of Object.entries(node.properties))
        walk(inside, path === "" ? name : `${path}.${name}`);
    };
    walk(allOf[at]?.then.properties?.["spec"] ?? assert.fail("no spec"), "");
  }
});

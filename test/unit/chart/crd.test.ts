import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { crdDialects, definitionOf } from "../../../scripts/crd/definition.ts";
import { vocabulary } from "../../../src/policy/vocabulary.ts";

const folders = ["templates/kubernetes/crds", "templates/helm/otel-policy-agent/files/crds"];

describe("the CustomResourceDefinitions", () => {
  for (const dialect of crdDialects) {
    for (const folder of folders)
      test(`${folder}/${dialect}.yaml is what the vocabulary says (node scripts/crd.ts writes it)`, () => {
        const text = readFileSync(
          fileURLToPath(new URL(`../../../${folder}/${dialect}.yaml`, import.meta.url)),
          "utf8",
        );
        assert.deepEqual(parse(text), JSON.parse(JSON.stringify(definitionOf(dialect))));
      });

    test(`${dialect} names every field of the dialect and no others but the alias`, () => {
      const found = new Map<string, readonly string[]>();
      const walk = (schema: Schema, path: string): void => {
        if (schema.items !== undefined) walk(schema.items, `${path}[]`);
        if (schema.properties === undefined) return;
        found.set(
          path,
          Object.keys(schema.properties)
            .filter((name) => name !== "enable")
            .sort(),
        );
        for (const [name, inside] of Object.entries(schema.properties))
          walk(inside, path === "" ? name : `${path}.${name}`);
      };
      const definition = JSON.parse(JSON.stringify(definitionOf(dialect)));
      walk(definition.spec.versions[0].schema.openAPIV3Schema.properties.spec, "");
      for (const [block, names] of found) {
        const known = vocabulary[dialect][block] ?? assert.fail(`no block ${block}`);
        assert.deepEqual(names, [...known.own, ...known.extension].sort(), block);
      }
    });
  }
});

type Schema = { readonly properties?: { readonly [name: string]: Schema }; readonly items?: Schema };

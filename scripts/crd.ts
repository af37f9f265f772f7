/**
 * Writes the CustomResourceDefinitions of the three dialects, from the vocabulary that policies are read with:
 * templates/kubernetes/crds/<dialect>.yaml, and the same into the chart.
 *
 *   node scripts/crd.ts            writes them
 *   node scripts/crd.ts --check    fails when what is there differs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { crdDialects, definitionOf } from "./crd/definition.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["templates/kubernetes/crds", "templates/helm/otel-policy-agent/files/crds"];
const isCheck = process.argv.includes("--check");

for (const dialect of crdDialects) {
  const text = `# Written by scripts/crd.ts from src/policy/vocabulary.ts.\n${stringify(definitionOf(dialect), { lineWidth: 0, aliasDuplicateObjects: false })}`;
  for (const folder of folders) {
    const path = join(root, folder, `${dialect}.yaml`);
    if (!isCheck) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    } else if (!existsSync(path) || readFileSync(path, "utf8") !== text) {
      process.stderr.write(`${folder}/${dialect}.yaml is out of date: node scripts/crd.ts\n`);
      process.exitCode = 1;
    }
  }
}

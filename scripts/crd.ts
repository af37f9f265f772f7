/**
 * Writes the CustomResourceDefinitions of the three dialects, from the vocabulary that policies are read with:
 * templates/kubernetes/crds/<dialect>.yaml, the same into the chart, and as one JSON Schema for editors into
 * templates/schema/telemetry-policy.schema.json.
 *
 *   node scripts/crd.ts            writes them
 *   node scripts/crd.ts --check    fails when what is there differs
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { stringify } from "yaml";
import { crdDialects, definitionOf } from "./crd/definition.ts";
import { editorSchema } from "./crd/editor-schema.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders = ["templates/kubernetes/crds", "templates/helm/otel-policy-agent/files/crds"];
const isCheck = process.argv.includes("--check");

const files = [
  ...crdDialects.flatMap((dialect) => {
    const text = `# Written by scripts/crd.ts from src/policy/vocabulary.ts.\n${stringify(definitionOf(dialect), { lineWidth: 0, aliasDuplicateObjects: false })}`;
    return folders.map((folder) => ({ path: `${folder}/${dialect}.yaml`, text }));
  }),
  { path: "templates/schema/telemetry-policy.schema.json", text: `${JSON.stringify(editorSchema(), null, 2)}\n` },
];

for (const { path, text } of files) {
  const target = join(root, path);
  if (!isCheck) {
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    process.stderr.write(`${path} is out of date: node scripts/crd.ts\n`);
    process.exitCode = 1;
  }
}

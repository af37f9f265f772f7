import assert from "node:assert/strict";
import type { SourceFile } from "../../../src/diagnostics/source.ts";
import { readManifests } from "../../../src/migrate/manifests.ts";
import type { Migration } from "../../../src/migrate/migrate.ts";
import { withoutTemplates } from "../../../src/migrate/templates.ts";
import { leavesUnder } from "../../../src/migrate/tree.ts";
import { readPolicies } from "../../../src/policy/read.ts";
import { parseYamlDocuments } from "../../../src/policy/yaml.ts";
import type { YamlNode } from "../../../src/policy/yaml-node.ts";
import { resolve } from "../../../src/resolve/resolve.ts";

type Leaf = { readonly file: string; readonly start: number; readonly end: number };

/** Every leaf of every document, read apart from how migrate looks for objects. */
const leavesOf = (files: readonly SourceFile[]): readonly Leaf[] => {
  const found: Leaf[] = [];
  const walk = (node: YamlNode): void => {
    if (node.kind === "map" && node.entries.length > 0) for (const { value } of node.entries) walk(value);
    else if (node.kind === "sequence" && node.items.length > 0) for (const item of node.items) walk(item);
    else found.push({ file: node.span.file, start: node.span.start, end: node.span.end });
  };
  for (const file of files) {
    const documents = parseYamlDocuments(withoutTemplates(file).file, { aliases: true, maxBytes: 4 * 1024 * 1024 });
    // What the parser makes of a broken document is a guess; it is reported as a whole.
    for (const { root, broken } of documents.value) if (!broken) walk(root);
  }
  return found;
};

/** Every leaf of the input lies in an entry of the report, no more and no fewer than there are. */
export const assertAccounted = (files: readonly SourceFile[], { report }: Migration): void => {
  for (const leaf of leavesOf(files)) {
    const text = files.find(({ path }) => path === leaf.file)?.text.slice(leaf.start, leaf.end);
    const entry = report.find(
      ({ span }) => span.file === leaf.file && span.start <= leaf.start && span.end >= leaf.end,
    );
    assert.ok(entry !== undefined, `nothing is said of ${text}`);
  }
  const manifests = readManifests(files, { namespace: "default" }).value;
  const leaves = manifests.reduce((sum, { root }) => sum + leavesUnder(root), 0);
  assert.equal(
    report.reduce((sum, entry) => sum + entry.leaves, 0),
    leaves,
    "leaves spoken for, and leaves there are",
  );
  for (const entry of report) {
    assert.ok(entry.outcome === "carried" || entry.why !== null || entry.to !== null, JSON.stringify(entry));
    if (entry.outcome === "lost") assert.ok((entry.why ?? "").length > 10, JSON.stringify(entry));
  }
};

/** What migrate writes passes our own reader, comments and all. */
export const assertValid = ({ policies, count }: Migration): void => {
  const read = readPolicies([{ path: "migrated.yaml", text: policies }], {
    allowEndpoints: ["*", "*:*"],
    rootNamespace: null,
  });
  const errors = read.diagnostics.filter(({ severity }) => severity === "error");
  assert.deepEqual(errors, [], policies);
  assert.equal(read.value.policies.length, count, policies);
};

/** Put into a folder, it governs what it was meant to govern: references are permitted, no two want one target. */
export const assertResolves = ({ policies }: Migration): void => {
  const read = readPolicies([{ path: "migrated.yaml", text: policies }], {
    allowEndpoints: ["*", "*:*"],
    rootNamespace: null,
  });
  const { diagnostics } = resolve(read.value, { rootNamespace: null });
  assert.deepEqual(
    diagnostics.filter(({ severity }) => severity !== "info"),
    [],
    policies,
  );
};

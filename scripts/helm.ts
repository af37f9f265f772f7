/**
 * Writes templates/kubernetes/base/, for kustomize: the chart with its default values, without Helm's own labels.
 *
 *   node scripts/helm.ts            writes them (needs build/helm: npm run kube)
 *   node scripts/helm.ts --check    fails when what is there differs
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMap, parseAllDocuments, stringify } from "yaml";

const root = fileURLToPath(new URL("..", import.meta.url));
const chart = join(root, "templates/helm/otel-policy-agent");
const base = "templates/kubernetes/base";
const isCheck = process.argv.includes("--check");

const put = (path: string, text: string): void => {
  const file = join(root, path);
  if (!isCheck) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } else if (!existsSync(file) || readFileSync(file, "utf8") !== text) {
    process.stderr.write(`${path} is out of date: node scripts/helm.ts\n`);
    process.exitCode = 1;
  }
};

const rendered = spawnSync(join(root, "build/helm"), ["template", "otel-policy-agent", chart], { encoding: "utf8" });
if (rendered.status !== 0) throw new Error(rendered.stderr || String(rendered.error));

/** Labels that say who applied a manifest, and would be wrong here. */
const ofHelm = ["helm.sh/chart", "app.kubernetes.io/managed-by"];

const files: string[] = [];
for (const document of parseAllDocuments(rendered.stdout)) {
  if (!isMap(document.contents)) continue;
  const kind = String(document.get("kind")).toLowerCase();
  const name = String(document.getIn(["metadata", "name"]));
  // The policies are the overlay's: its generator makes this ConfigMap.
  if (kind === "configmap" && name.endsWith("-policies")) continue;
  document.deleteIn(["metadata", "namespace"]);
  for (const at of [
    ["metadata", "labels"],
    ["spec", "template", "metadata", "labels"],
  ])
    for (const label of ofHelm) if (document.hasIn([...at, label])) document.deleteIn([...at, label]);
  const file = kind === "configmap" ? `${kind}-${name.replace("otel-policy-agent-", "")}.yaml` : `${kind}.yaml`;
  document.commentBefore = null;
  put(
    `${base}/${file}`,
    `# Rendered from the Helm chart by scripts/helm.ts.\n${document.toString({ lineWidth: 0 }).replace(/^---\n/, "")}`,
  );
  files.push(file);
}

const kustomization = {
  apiVersion: "kustomize.config.k8s.io/v1beta1",
  kind: "Kustomization",
  resources: files.sort(),
  configMapGenerator: [{ name: "otel-policy-agent-policies" }],
  // The agent sees edits by itself; a new name for each would restart it.
  generatorOptions: { disableNameSuffixHash: true },
};
put(
  `${base}/kustomization.yaml`,
  `# Rendered by scripts/helm.ts. Policies: merge files into the ConfigMap otel-policy-agent-policies, as ../overlay does.\n${stringify(kustomization)}`,
);

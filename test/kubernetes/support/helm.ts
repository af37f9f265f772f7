import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

export const chart = fileURLToPath(new URL("../../../templates/helm/otel-policy-agent", import.meta.url));
const binary = fileURLToPath(new URL("../../../build/helm", import.meta.url));

export type Helm = { readonly ok: boolean; readonly out: string; readonly words: string };

export const helm = (...args: readonly string[]): Helm => {
  if (!existsSync(binary)) throw new Error("build/helm is missing: node scripts/kube.ts");
  const home = mkdtempSync(join(tmpdir(), "helm-"));
  try {
    const { status, stdout, stderr } = spawnSync(binary, args, {
      encoding: "utf8",
      env: { ...process.env, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { ok: status === 0, out: stdout, words: stderr };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

export const manifestsIn = (text: string): readonly Manifest[] =>
  parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${document.errors[0]?.message}\n${text}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [value as Manifest];
  });

/** `helm template` with these values; throws with helm's words. */
export const template = (values: object, namespace = "observability"): readonly Manifest[] => {
  const folder = mkdtempSync(join(tmpdir(), "helm-values-"));
  try {
    const file = join(folder, "values.json");
    writeFileSync(file, JSON.stringify(values));
    const { ok, out, words } = helm("template", "otel", chart, "--namespace", namespace, "--values", file);
    if (!ok) throw new Error(words);
    return manifestsIn(out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

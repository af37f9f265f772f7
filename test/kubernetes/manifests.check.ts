import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse, stringify } from "yaml";
import { chartFiles } from "../../scripts/chart/files.ts";
import { type ApiServer, startApiServer } from "./support/api-server.ts";
import { chart, helm, type Manifest, manifestsIn, template } from "./support/helm.ts";
import { at } from "./support/policies.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const namespace = "observability";

const cases = new Map<string, object>([["defaults", {}]]);
for (const file of readdirSync(join(chart, "ci")).sort())
  cases.set(file.replace("-values.yaml", ""), parse(readFileSync(join(chart, "ci", file), "utf8")));

/** Where each kind is created. A kind that is not here is one nobody has looked at. */
const places: { readonly [kind: string]: string } = {
  ServiceAccount: `/api/v1/namespaces/${namespace}/serviceaccounts`,
  ConfigMap: `/api/v1/namespaces/${namespace}/configmaps`,
  Service: `/api/v1/namespaces/${namespace}/services`,
  DaemonSet: `/apis/apps/v1/namespaces/${namespace}/daemonsets`,
  Deployment: `/apis/apps/v1/namespaces/${namespace}/deployments`,
  PodDisruptionBudget: `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`,
  NetworkPolicy: `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  ClusterRoleBinding: "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
};
/** Kinds of the Prometheus operator, whose definitions are not at hand. */
const notServed: ReadonlySet<string> = new Set(["PodMonitor", "PrometheusRule"]);

describe("what the chart renders", () => {
  let server: ApiServer;
  before(async () => {
    server = await startApiServer();
    const restricted = { "pod-security.kubernetes.io/enforce": "restricted" };
    for (const metadata of [{ name: namespace }, { name: "restricted", labels: restricted }]) {
      const { status, text } = await server.ask("POST", "/api/v1/namespaces", {
        apiVersion: "v1",
        kind: "Namespace",
        metadata,
      });
      assert.equal(status, 201, text);
    }
  });
  after(() => server.stop());

  const accept = async (manifests: readonly Manifest[]): Promise<void> => {
    for (const manifest of manifests) {
      if (notServed.has(manifest.kind)) continue;
      const place = places[manifest.kind] ?? assert.fail(`nobody has looked at ${manifest.kind}`);
      const { status, text } = await server.ask("POST", `${place}?dryRun=All&fieldValidation=Strict`, manifest);
      assert.equal(status, 201, `${manifest.kind} ${manifest.metadata.name}: ${text}`);
    }
  };

  for (const [name, values] of cases) {
    test(`${name}: is what a real API server takes, field by field`, async () => {
      const manifests = template(values, namespace);
      assert.ok(manifests.length >= 5);
      await accept(manifests);
    });

    test(`${name}: passes helm lint --strict`, () => {
      const folder = mkdtempSync(join(tmpdir(), "lint-"));
      try {
        writeFileSync(join(folder, "values.yaml"), stringify(values));
        const { ok, out, words } = helm("lint", "--strict", chart, "--values", join(folder, "values.yaml"));
        assert.ok(ok, `${out}${words}`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  // hostNetwork and hostPort are what "restricted" forbids; only who asks for them gets them.
  for (const [name, values] of [...cases].filter(([name]) => name !== "everything")) {
    test(`${name}: every pod fits the Pod Security Standard "restricted"`, async () => {
      for (const manifest of template(values, namespace)) {
        if (manifest.kind !== "DaemonSet" && manifest.kind !== "Deployment") continue;
        const spec = at(manifest, "spec", "template", "spec");
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "pod" }, spec };
        const { status, text } = await server.ask("POST", "/api/v1/namespaces/restricted/pods?dryRun=All", pod);
        assert.equal(status, 201, text);
      }
    });

    if (name === "kubernetes-attributes") continue;
    test(`${name}: asks for no rights`, () => {
      const manifests = template(values, namespace);
      assert.deepEqual(
        manifests.filter(({ kind }) => /Role/.test(kind)).map(({ kind }) => kind),
        [],
      );
      for (const manifest of manifests)
        if (manifest.kind === "DaemonSet" || manifest.kind === "Deployment")
          assert.equal(at(manifest, "spec", "template", "spec", "automountServiceAccountToken"), false);
    });
  }

  test("rights are for what is asked for, and for nothing more", () => {
    const rights = (values: object): readonly string[] =>
      template(values, namespace)
        .filter(({ kind }) => kind === "ClusterRole")
        .flatMap((role) => (at(role, "rules") ?? []) as readonly object[])
        .map((rule) => `${String(at(rule, "verbs"))} ${String(at(rule, "resources"))}`);
    const token = (values: object): unknown =>
      template(values, namespace).flatMap((manifest) =>
        manifest.kind === "DaemonSet" ? [at(manifest, "spec", "template", "spec", "automountServiceAccountToken")] : [],
      )[0];
    assert.deepEqual([rights({}), token({})], [[], false]);
    const nodes = { nodeNamespaces: "auto" };
    assert.deepEqual([rights(nodes), token(nodes)], [["list,watch pods"], true]);
    const attributes = cases.get("kubernetes-attributes") ?? assert.fail();
    assert.deepEqual(
      [rights(attributes), token(attributes)],
      [["get,list,watch pods,namespaces", "get,list,watch replicasets"], true],
    );
    assert.deepEqual(rights({ status: { write: true } }), [
      "get,list telemetrypolicies",
      "patch telemetrypolicies/status",
    ]);
    assert.deepEqual(rights({ ...nodes, status: { write: true }, rbac: { create: false } }), []);
    const file = { nodeNamespaces: "/etc/namespaces" };
    assert.deepEqual([rights(file), token(file)], [[], false]);
  });

  test("queues have the room that they may take, unless values say otherwise", () => {
    const runDir = (values: object): unknown =>
      template(values, namespace)
        .filter(({ kind }) => kind === "DaemonSet")
        .flatMap((workload) => at(workload, "spec", "template", "spec", "volumes") as readonly object[])
        .find((volume) => at(volume, "name") === "run");
    assert.deepEqual(runDir({}), { name: "run", emptyDir: {} });
    const inMemory = { medium: "Memory", sizeLimit: "128Mi" };
    assert.deepEqual(runDir({ runDir: inMemory }), { name: "run", emptyDir: inMemory });
  });

  test("a backend's token is a reference everywhere, never a value", () => {
    const rendered = JSON.stringify(template(cases.get("locked-down") ?? assert.fail(), namespace));
    assert.match(rendered, /Bearer \$\{env:BACKEND_TOKEN\}/);
    assert.match(rendered, /"secretKeyRef":\{"key":"token","name":"backend"\}/);
  });

  test("policies above one ConfigMap's size are spread, in order, and mounted as one folder", async () => {
    const policies = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`p${String(n).padStart(2, "0")}`, `# ${"x".repeat(70_000)}`]),
    );
    const manifests = template({ policies }, namespace);
    await accept(manifests);
    const maps = manifests.filter(({ kind, metadata }) => kind === "ConfigMap" && metadata.name.includes("-policies"));
    assert.equal(maps.length, 3);
    const files = maps.flatMap((map) => Object.keys((at(map, "data") ?? {}) as object));
    assert.deepEqual(
      files,
      Object.keys(policies).map((name) => `${name}.yaml`),
    );
    const workload = manifests.find(({ kind }) => kind === "DaemonSet");
    const [volume] = at(workload, "spec", "template", "spec", "volumes") as readonly object[];
    const sources = at(volume, "projected", "sources") as readonly object[];
    assert.deepEqual(
      sources.map((source) => at(source, "configMap", "name")),
      maps.map(({ metadata }) => metadata.name),
    );
  });

  test("dashboards become ConfigMaps, each as it is", () => {
    const manifests = template({ dashboards: { enabled: true } }, namespace);
    const maps = manifests.filter(({ metadata }) => at(metadata, "labels", "grafana_dashboard") === "1");
    const copies = [...chartFiles(root)].filter(([path]) => path.startsWith("dashboards/"));
    assert.deepEqual(
      maps.flatMap((map) => Object.entries((at(map, "data") ?? {}) as object)),
      copies.map(([path, text]) => [path.replace("dashboards/", ""), text.replace(/\n$/, "")]),
    );
  });

  test("the kustomize overlay is taken, too", async () => {
    const built = spawnSync(join(root, "build/kustomize"), ["build", join(root, "templates/kubernetes/overlay")], {
      encoding: "utf8",
    });
    assert.equal(built.status, 0, built.stderr);
    const manifests = manifestsIn(built.stdout);
    await accept(manifests);
    const policies = manifests.find(({ metadata }) => metadata.name === "otel-policy-agent-policies");
    assert.deepEqual(Object.keys((at(policies, "data") ?? {}) as object), ["edge.yaml"]);
  });
});

describe("derived files are those of their sources", () => {
  for (const script of ["crd.ts", "helm.ts"])
    test(script, () => {
      const { status, stderr } = spawnSync(process.execPath, [join(root, "scripts", script), "--check"], {
        encoding: "utf8",
      });
      assert.equal(status, 0, stderr);
    });
});

describe("alerts", () => {
  test("are rules that Prometheus takes", (t) => {
    const manifests = template({ prometheusRule: { enabled: true } }, namespace);
    const rule = manifests.find(({ kind }) => kind === "PrometheusRule");
    const folder = mkdtempSync(join(tmpdir(), "rules-"));
    try {
      writeFileSync(join(folder, "rules.yaml"), stringify(at(rule, "spec")));
      const asked = spawnSync("promtool", ["check", "rules", join(folder, "rules.yaml")], { encoding: "utf8" });
      if (asked.error !== undefined) return t.skip("promtool is not installed");
      assert.equal(asked.status, 0, `${asked.stdout}${asked.stderr}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("the first tier", () => {
  test("is a config that the full Collector takes", () => {
    const manifests = template(cases.get("two-tier") ?? assert.fail(), namespace);
    const map = manifests.find(({ kind, metadata }) => kind === "ConfigMap" && metadata.name.endsWith("-front"));
    const folder = mkdtempSync(join(tmpdir(), "front-"));
    try {
      const file = join(folder, "front.yaml");
      writeFileSync(file, String(at(map, "data", "front.yaml")));
      const asked = spawnSync(join(root, "build/otelcol-full"), ["validate", `--config=${file}`], { encoding: "utf8" });
      assert.equal(asked.status, 0, `${asked.error ?? ""}${asked.stderr}`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/**
 * Builds what the Kubernetes checks need, from the Go modules that test/kubernetes/tools/<name>/go.mod pins:
 *
 *   npm run kube         build/helm (2 min cold), build/kustomize (½ min), build/kube-apiserver (4 min)
 *
 * etcd comes from the system (Debian: etcd-server).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findGo, withoutGo } from "./otelcol/go.ts";
import { digestOf, readStamp, type Stamp } from "./otelcol/stamp.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const tools = [
  { name: "helm", main: "helm.sh/helm/v4/cmd/helm" },
  { name: "kustomize", main: "sigs.k8s.io/kustomize/kustomize/v5" },
  { name: "kube-apiserver", main: "k8s.io/kubernetes/cmd/kube-apiserver" },
];
const buildArguments = ["build", "-mod=readonly", "-buildvcs=false", "-trimpath", "-ldflags=-s -w"];

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Answers whether it is there now. */
const buildTool = ({ name, main }: (typeof tools)[number]): boolean => {
  const folder = join(root, "test/kubernetes/tools", name);
  const binary = join(root, "build", name);
  const stampPath = `${binary}.stamp`;
  const sources = digestOf(folder, buildArguments);
  const go = findGo();
  const stamp = existsSync(binary) ? readStamp(stampPath) : null;
  if (stamp?.sources === sources && ("missing" in go || go.version === stamp.go)) {
    say(`build/${name} is up to date`);
    return true;
  }
  if ("missing" in go) {
    say(withoutGo(go.missing));
    return false;
  }
  mkdirSync(join(root, "build"), { recursive: true });
  const unfinished = `${binary}.${process.pid}`;
  const started = performance.now();
  // nice: whoever shares the machine should not feel three minutes of compiling.
  const { status } = spawnSync("nice", ["-n", "15", "go", ...buildArguments, "-o", unfinished, main], {
    cwd: folder,
    env: { GOTOOLCHAIN: "local", ...process.env, CGO_ENABLED: "0" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    return false;
  }
  renameSync(unfinished, binary);
  const fresh: Stamp = { sources, go: go.version };
  writeFileSync(stampPath, `${JSON.stringify(fresh)}\n`);
  say(`built build/${name} in ${Math.round((performance.now() - started) / 1000)} s`);
  return true;
};

for (const tool of tools) if (!buildTool(tool)) process.exitCode = 1;

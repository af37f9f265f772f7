import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Buildah } from "./buildah.ts";

/** Names of the images that stand in for the official bases. */
export const localBases = { build: "localhost/otel-policy-build", runtime: "localhost/otel-policy-runtime" } as const;

const run = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();

/**
 * Bases made from this machine where no registry can be reached: Debian by its packages, Go, npm and Node.js as they
 * are installed here. They show that the Dockerfile works; what is published is built from the official ones.
 */
export const makeLocalBases = (buildah: Buildah, work: string, node: string): void => {
  mkdirSync(work, { recursive: true });
  if (!has(buildah, localBases.build)) makeBuildBase(buildah, work, node);
  if (!has(buildah, localBases.runtime)) makeRuntimeBase(buildah, work, node);
};

const has = (buildah: Buildah, name: string): boolean =>
  buildah(["images", "--format", "{{.Name}}"]).split("\n").includes(name);

const makeBuildBase = (buildah: Buildah, work: string, node: string): void => {
  const tar = join(work, "debian.tar");
  if (!existsSync(tar)) {
    run("mmdebstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", `${tar}.part`);
    run("mv", `${tar}.part`, tar);
  }
  const container = buildah(["from", "scratch"]);
  buildah(["add", "--quiet", container, tar, "/"], { quiet: true });
  const npm = dirname(dirname(realpathSync(run("sh", "-c", "command -v npm"))));
  buildah(["copy", "--quiet", container, run("go", "env", "GOROOT"), "/usr/local/go"]);
  buildah(["copy", "--quiet", container, node, "/usr/local/bin/node"]);
  buildah(["copy", "--quiet", container, npm, "/usr/local/lib/node_modules/npm"]);
  const start = join(work, "npm");
  writeFileSync(start, '#!/bin/sh\nexec node /usr/local/lib/node_modules/npm/bin/npm-cli.js "$@"\n');
  chmodSync(start, 0o755);
  buildah(["copy", "--quiet", container, start, "/usr/local/bin/npm"]);
  const certificates = "/etc/ssl/certs/ca-certificates.crt";
  buildah([
    "config",
    "--env",
    "PATH=/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "--env",
    `NODE_EXTRA_CA_CERTS=${certificates}`,
    "--env",
    `SSL_CERT_FILE=${certificates}`,
    container,
  ]);
  buildah(["commit", "--quiet", "--rm", container, localBases.build]);
};

/** Like distroless/nodejs: Node.js, the libraries it is linked to, certificates, a user 65532; no shell, no package manager. */
const makeRuntimeBase = (buildah: Buildah, work: string, node: string): void => {
  const tree = join(work, "runtime");
  rmSync(tree, { recursive: true, force: true });
  const put = (from: string, to: string): void => {
    mkdirSync(dirname(join(tree, to)), { recursive: true });
    copyFileSync(realpathSync(from), join(tree, to));
  };
  put(node, "nodejs/bin/node");
  for (const line of run("ldd", node).split("\n")) {
    const path = /(?:=>\s+)?(?<path>\/\S+) \(0x/.exec(line)?.groups?.["path"];
    if (path === undefined) continue;
    // The loader is asked for by its full name; the rest is searched for in /lib/x86_64-linux-gnu and its like.
    put(path, path.startsWith("/lib64/") ? path : join(dirname(path), basename(path)));
  }
  put("/etc/ssl/certs/ca-certificates.crt", "etc/ssl/certs/ca-certificates.crt");
  writeFileSync(
    join(tree, "etc/passwd"),
    "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n",
  );
  writeFileSync(join(tree, "etc/group"), "root:x:0:\nnonroot:x:65532:\n");
  mkdirSync(join(tree, "tmp"));
  chmodSync(join(tree, "tmp"), 0o1777);
  const container = buildah(["from", "scratch"]);
  buildah(["copy", "--quiet", container, tree, "/"]);
  buildah(["config", "--env", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", container]);
  buildah(["config", "--user", "65532", "--entrypoint", '["/nodejs/bin/node"]', container]);
  buildah(["commit", "--quiet", "--rm", container, localBases.runtime]);
};

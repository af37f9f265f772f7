/**
 * Builds the images of the Dockerfile with buildah, and says what they weigh.
 *
 *   node scripts/image.ts                    both images, from bases made on this machine (as root; needs buildah, mmdebstrap, Go, npm)
 *   node scripts/image.ts --bases official   from the bases the Dockerfile names
 *
 * Images are localhost/otel-policy-agent:<version> and …:<version>-agent, in the store build/images/store.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openBuildah } from "./image/buildah.ts";
import { localBases, makeLocalBases } from "./image/local-bases.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values } = parseArgs({ options: { bases: { type: "string", default: "local" } } });
const isLocal = values.bases === "local";
const work = join(root, "build/images");
const buildah = openBuildah(join(work, "store"));
const { version }: { readonly version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const output = (command: string, ...args: readonly string[]): string =>
  execFileSync(command, args, { encoding: "utf8", cwd: root }).trim();

const local = (): readonly string[] => {
  makeLocalBases(buildah, work, process.execPath);
  return [
    ...["NODE_IMAGE", "GO_IMAGE"].flatMap((name) => ["--build-arg", `${name}=${localBases.build}`]),
    "--build-arg",
    `RUNTIME_IMAGE=${localBases.runtime}`,
    // What this machine trusts and has built already; neither ends up in an image.
    ...["--volume", "/etc/ssl/certs:/etc/ssl/certs:ro"],
    ...["--volume", `${output("go", "env", "GOMODCACHE")}:/go-cache/mod`],
    ...["--volume", `${output("go", "env", "GOCACHE")}:/go-cache/build`],
    ...["--build-arg", "GOMODCACHE=/go-cache/mod", "--build-arg", "GOCACHE=/go-cache/build"],
  ];
};

const bases = isLocal ? local() : [];
const revision = output("git", "-c", "safe.directory=*", "rev-parse", "HEAD");
const about = ["--build-arg", `VERSION=${version}`, "--build-arg", `REVISION=${revision}`];
for (const { tag, target } of [
  { tag: `localhost/otel-policy-agent:${version}-agent`, target: ["--target", "agent"] },
  { tag: `localhost/otel-policy-agent:${version}`, target: [] },
]) {
  const started = performance.now();
  // Health checks exist in Docker's image format only.
  const common = ["--format", "docker", "--network", "host", "--timestamp", "0", "--tag", tag];
  buildah(["bud", ...common, ...target, ...about, ...bases, root]);
  const size = buildah(["images", "--format", "{{.Size}}", tag]);
  say(`${tag}  ${size}  in ${Math.round((performance.now() - started) / 1000)} s`);
}
// What an earlier build of the same name has left.
buildah(["rmi", "--prune"], { quiet: true });

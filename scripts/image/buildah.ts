import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

/** buildah with a store of its own below `store`, without a daemon and without mounting anything: works as root in a container. */
export type Buildah = (args: readonly string[], options?: { readonly quiet?: boolean }) => string;

export const openBuildah = (store: string): Buildah => {
  mkdirSync(store, { recursive: true });
  const global = ["--root", `${store}/root`, "--runroot", `${store}/run`, "--storage-driver", "vfs"];
  return (args, { quiet = false } = {}) => {
    // nice: an image is never so urgent that whoever shares the machine should feel it.
    const { status, stdout, error } = spawnSync("nice", ["-n", "15", "buildah", ...global, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", quiet ? "ignore" : "inherit"],
      env: { ...process.env, BUILDAH_ISOLATION: "chroot" },
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`buildah ${args.join(" ")} ended with ${status}`);
    return stdout.trim();
  };
};

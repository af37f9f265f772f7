import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBuildah } from "../../../scripts/image/buildah.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { version }: { readonly version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** An image laid open: its files, and what its config says. */
export type Image = {
  readonly root: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly workingDir: string;
  readonly healthcheck: readonly string[];
  readonly labels: { readonly [key: string]: string };
  readonly bytes: number;
  readonly close: () => void;
};

/** What `node scripts/image.ts` has built. */
export const openImage = (variant: "all-in-one" | "agent"): Image => {
  const buildah = openBuildah(join(root, "build/images/store"));
  const name = `localhost/otel-policy-agent:${version}${variant === "agent" ? "-agent" : ""}`;
  const { config } = JSON.parse(buildah(["inspect", "--type", "image", name])).Docker;
  const { size } = JSON.parse(buildah(["images", "--json", name]))[0];
  const container = buildah(["from", name]);
  return {
    root: buildah(["mount", container]),
    env: config.Env,
    entrypoint: config.Entrypoint,
    cmd: config.Cmd,
    user: config.User,
    workingDir: config.WorkingDir,
    healthcheck: config.Healthcheck?.Test ?? [],
    labels: config.Labels,
    bytes: inBytes(size),
    close: () => buildah(["rm", container]),
  };
};

/** `184 MB` */
const inBytes = (size: string): number => {
  const [number = "0", unit = ""] = size.split(" ");
  return Number(number) * ({ B: 1, KB: 1e3, MB: 1e6, GB: 1e9 }[unit.toUpperCase()] ?? Number.NaN);
};

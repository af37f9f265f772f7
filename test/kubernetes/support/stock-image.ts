import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Image } from "./images.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Like the official image of the Collector: a binary and certificates. `like` says what it does not. */
export const stockImage = (like: Image): Image => {
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-stock-"));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, "etc/ssl/certs"), { recursive: true });
  for (const name of ["proc", "dev", "sys", "etc/otel-policy", "etc/otel-policy-base", "run/otel-policy"])
    mkdirSync(join(folder, name), { recursive: true });
  cpSync("/etc/ssl/certs/ca-certificates.crt", join(folder, "etc/ssl/certs/ca-certificates.crt"));
  cpSync(join(root, "build/otelcol-lean"), join(folder, "otelcol-contrib"));
  return {
    ...like,
    root: folder,
    env: ["PATH=/"],
    entrypoint: ["/otelcol-contrib"],
    cmd: [],
    workingDir: "/",
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
};

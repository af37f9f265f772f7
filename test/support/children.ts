import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

/** Path of one of the misbehaving executables. */
export const childPath = (name: string): string =>
  fileURLToPath(new URL(`../process/children/${name}`, import.meta.url));

/** A folder that is gone after the test. */
export const temporaryFolder = (t: TestContext): string => {
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Whether a process is there (a zombie counts). */
export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";

/** A folder with these files, gone after the test. */
export const folderWith = (t: TestContext, files: { readonly [name: string]: string }): string => {
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
};

const policy = (name: string, blocks: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${name}}
${blocks}`;

/** No findings but the note that its target is taken on trust. */
export const good = policy("edge", "  tracing: {samplingRate: {percent: 5}}\n");
/** One error. */
export const bad = policy("broken", "  tracing: {samplingRate: {percent: 120}}\n");
/** One warning. */
export const doubtful = policy("doubtful", "  accessLogs: {enable: true}\n");

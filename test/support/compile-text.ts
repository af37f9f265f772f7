import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Compilation, type CompileOptions, compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";

const root = join(import.meta.dirname, "../..");

export const builtInBase = {
  path: "base.yaml",
  text: readFileSync(join(root, "templates/collector/base.yaml"), "utf8"),
};

/** Compiles policies given as text, with the built-in base config and every profile unless said otherwise. */
export const compileText = (policies: string, options: Partial<CompileOptions> = {}): Compilation =>
  compile([{ path: "policy.yaml", text: policies }], {
    dataPlanes: defaultProfileNames,
    rootNamespace: null,
    allowEndpoints: [],
    base: builtInBase,
    topology: "handover",
    collector: null,
    redirectSinks: null,
    ...options,
  });

/** A draft-dialect policy on Gateway `name` of namespace `ns`; `spec` is indented by two. */
export const draftPolicy = (name: string, spec: string): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: ns}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${name}}
${spec}
`;

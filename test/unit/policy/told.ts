import { readPolicies } from "../../../src/policy/read.ts";
import type { PolicyOptions, TelemetryPolicy } from "../../../src/policy/types.ts";

export const options: PolicyOptions = { allowEndpoints: [], rootNamespace: null };

/** Reads one text as the file `policy.yaml`. */
export const read = (text: string, given: PolicyOptions = options) => {
  const { value, diagnostics } = readPolicies([{ path: "policy.yaml", text }], given);
  return { set: value, diagnostics, codes: diagnostics.map(({ code }) => code) };
};

/** The only policy of a text without findings. */
export const readOne = (text: string, given: PolicyOptions = options): TelemetryPolicy => {
  const { set, diagnostics } = read(text, given);
  const [policy] = set.policies;
  if (policy === undefined || set.policies.length > 1 || diagnostics.length > 0)
    throw new Error(`expected one policy without findings: ${JSON.stringify(diagnostics, null, 1)}`);
  return policy;
};

const apiVersions = {
  draft: "gateway.networking.k8s.io/v1alpha2",
  agentic: "agentic.networking.x-k8s.io/v1alpha1",
  gep4768: "gateway.networking.x-k8s.io/v1alpha1",
} as const;

/** A policy text of a dialect, with a Gateway target and these further lines of `spec`. */
export const policyText = (
  dialect: keyof typeof apiVersions,
  spec: string,
  metadata = "name: edge, namespace: team-a",
): string => {
  const reference = "{group: gateway.networking.k8s.io, kind: Gateway, name: my-gateway}";
  const target = dialect === "draft" ? `targetRef: ${reference}` : `targetRefs: [${reference}]`;
  const lines = spec.split("\n").map((line) => `  ${line}`);
  return [
    `apiVersion: ${apiVersions[dialect]}`,
    "kind: TelemetryPolicy",
    `metadata: {${metadata}}`,
    "spec:",
    `  ${target}`,
    ...lines,
    "",
  ].join("\n");
};

import { type Located, located } from "../../../src/diagnostics/origin.ts";
import type { ContextObject, Dialect, PolicySet, Target, TelemetryPolicy } from "../../../src/policy/types.ts";

export const gateway = (namespace: string, name: string): Target => ({ kind: "Gateway", namespace, name });
export const namespace = (name: string): Target => ({ kind: "Namespace", namespace: name, name });

/** A policy that asks for targets and nothing else. Each target is written at a place of its own in `<namespace>-<name>.yaml`. */
export const policy = (
  id: string,
  targets: readonly Target[],
  more: { readonly createdAt?: string; readonly dialect?: Dialect; readonly file?: string } = {},
): TelemetryPolicy => {
  const [home = "", name = ""] = id.split("/");
  const file = more.file ?? `${home}-${name}.yaml`;
  const at = (offset: number, path: string) => ({
    kind: "policy" as const,
    path,
    span: { file, start: offset, end: offset + 5 },
  });
  return {
    id,
    namespace: home,
    name,
    dialect: more.dialect ?? "agentic",
    createdAt: more.createdAt ?? null,
    generation: 7,
    span: { file, start: 10, end: 20 },
    targets: targets.map(
      (target, index): Located<Target> => located(target, at(100 + 10 * index, `spec.targetRefs[${index}]`)),
    ),
    tracing: null,
    metrics: null,
    accessLogs: null,
  };
};

/** The same policy, tracing to a Service by reference. */
export const withBackend = (policy: TelemetryPolicy, namespace: string, name: string): TelemetryPolicy => {
  const ours = { kind: "default", rule: "test" } as const;
  const host = `${name}.${namespace}.svc`;
  const span = { file: policy.span.file, start: 300, end: 320 };
  return {
    ...policy,
    tracing: {
      mode: located("Enabled", ours),
      provider: located(
        {
          kind: "otlp",
          transport: "grpc",
          endpoint: `${host}:4317`,
          host,
          insecure: true,
          headers: [],
          service: { namespace, name },
        },
        { kind: "policy", path: "spec.tracing.provider.backendRef", span },
      ),
      rootRate: located({ numerator: 1, denominator: 1 }, ours),
      parentRate: null,
      attributes: [],
      serviceName: null,
      spanName: null,
      propagation: [],
    },
  };
};

export const object = (kind: "Gateway" | "Namespace" | "Service", home: string, name: string): ContextObject => ({
  kind,
  namespace: home,
  name,
  span: { file: "objects.yaml", start: 0, end: 1 },
});

export const grant = (
  home: string,
  from: string,
  more: { readonly name?: string; readonly group?: string; readonly toKind?: "Gateway" | "Service" } = {},
): ContextObject => ({
  kind: "ReferenceGrant",
  namespace: home,
  name: "grant",
  span: { file: "objects.yaml", start: 0, end: 1 },
  from: [{ group: more.group ?? "agentic.networking.x-k8s.io", kind: "TelemetryPolicy", namespace: from }],
  to: [
    more.toKind === "Service"
      ? { group: "", kind: "Service", name: more.name ?? null }
      : { group: "gateway.networking.k8s.io", kind: "Gateway", name: more.name ?? null },
  ],
});

export const setOf = (
  policies: readonly TelemetryPolicy[],
  context: readonly ContextObject[] = [],
  rejected: PolicySet["rejected"] = [],
): PolicySet => ({ policies, context, rejected });

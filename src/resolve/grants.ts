import type { ContextObject, Dialect, TelemetryPolicy } from "../policy/types.ts";

/** API groups a policy of that dialect may be written in: what a ReferenceGrant may name as `from.group`. */
const groupsOf: { readonly [D in Dialect]: readonly string[] } = {
  draft: ["gateway.networking.k8s.io"],
  agentic: ["agentic.networking.x-k8s.io", "agentic.networking.k8s.io"],
  gep4768: ["gateway.networking.x-k8s.io", "gateway.networking.k8s.io"],
};

/** What a policy refers to in another namespace. */
export type Reference = {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
};

/** Whether a ReferenceGrant in the namespace referred to lets this policy refer there. */
export const isGranted = (context: readonly ContextObject[], policy: TelemetryPolicy, wanted: Reference): boolean =>
  context.some(
    (object) =>
      object.kind === "ReferenceGrant" &&
      object.namespace === wanted.namespace &&
      object.from.some(
        ({ group, kind, namespace }) =>
          kind === "TelemetryPolicy" && namespace === policy.namespace && groupsOf[policy.dialect].includes(group),
      ) &&
      object.to.some(
        ({ group, kind, name }) =>
          group === wanted.group && kind === wanted.kind && (name === null || name === wanted.name),
      ),
  );

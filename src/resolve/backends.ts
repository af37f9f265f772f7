import { didYouMean } from "../base/suggest.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { ContextObject, TelemetryPolicy } from "../policy/types.ts";
import { isGranted } from "./grants.ts";

/** Findings about the Services that the providers of a policy refer to (`backendRef`). */
export const checkBackends = (
  policy: TelemetryPolicy,
  context: readonly ContextObject[],
  rootNamespace: string | null,
): readonly Diagnostic[] => {
  const services = context.filter(({ kind }) => kind === "Service");
  return [policy.tracing, policy.metrics, policy.accessLogs].flatMap((signal) => {
    const provider = signal?.provider;
    if (provider?.value.kind !== "otlp" || provider.value.service === undefined) return [];
    const { namespace, name } = provider.value.service;
    const at = spanOf(provider.origin);
    const details = { policy: policy.id };
    const service = `${namespace}/${name}`;
    const isTrusted = namespace === policy.namespace || policy.namespace === rootNamespace;
    if (!isTrusted && !isGranted(context, policy, { group: "", kind: "Service", namespace, name })) {
      return [diagnostic("TP3006", { service, namespace: policy.namespace, serviceNamespace: namespace }, at, details)];
    }
    if (services.length === 0 || services.some((object) => object.namespace === namespace && object.name === name))
      return [];
    const known = didYouMean(
      name,
      services.filter((object) => object.namespace === namespace).map((object) => object.name),
    );
    return [diagnostic("TP3007", { service, known }, at, details)];
  });
};

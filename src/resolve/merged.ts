import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { ContextObject } from "../policy/types.ts";
import { type EffectivePolicy, targetName } from "./types.ts";

type Of<K extends ContextObject["kind"]> = Extract<ContextObject, { readonly kind: K }>;

const isA =
  <K extends ContextObject["kind"]>(kind: K) =>
  (object: ContextObject): object is Of<K> =>
    object.kind === kind;

/**
 * Gateways whose proxies are merged with those of others, as far as the files tell: an EnvoyProxy with `mergeGateways`,
 * the class that refers to it, and the Gateway's own class. What is not among the files may be so.
 */
export const mergedGateways = (
  effective: readonly EffectivePolicy[],
  context: readonly ContextObject[],
): readonly Diagnostic[] => {
  const proxies = context.filter(isA("EnvoyProxy"));
  const classes = context.filter(isA("GatewayClass"));
  return effective.flatMap(({ target, policy }) => {
    if (target.kind !== "Gateway") return [];
    const gateway = context.find(
      (object) => object.kind === "Gateway" && object.namespace === target.namespace && object.name === target.name,
    );
    const className = gateway !== undefined && "className" in gateway ? (gateway.className ?? null) : null;
    const ownClass = classes.find(({ name }) => name === className);
    return proxies.flatMap(({ namespace, name, merges }) => {
      if (merges === null) return [];
      const referring = classes.filter(
        ({ parameters }) => parameters?.namespace === namespace && parameters.name === name,
      );
      const isOurs = ownClass !== undefined && referring.includes(ownClass);
      // Known to be set up by something else.
      if (!isOurs && (ownClass !== undefined || (className !== null && referring.length > 0))) return [];
      const args = { target: targetName(target), proxy: `${namespace}/${name}`, className: isOurs ? className : null };
      return [diagnostic("TP3009", args, merges, { policy: policy.id })];
    });
  });
};

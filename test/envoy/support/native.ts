import type { Json } from "../../../src/base/canonical.ts";
import type { Compilation } from "../../../src/compile.ts";
import type { NativeWish } from "../../../src/dataplane/native.ts";
import type { DataPlaneProfile } from "../../../src/dataplane/profile.ts";
import { nativeWish } from "../../../src/plan/native-wish.ts";
import { parseYaml } from "../../../src/policy/yaml.ts";
import { toJson } from "../../../src/policy/yaml-node.ts";
import type { Place } from "../../support/dataplane-scene.ts";
import type { JsonMap } from "./bootstrap.ts";

const otlp = { host: "otel-policy.otel.svc", port: 4317 };

/** What the proxies of a target must send, asked of the policy that governs it; all signals where none does. */
export const wishOf = (
  compilation: Compilation,
  kind: "Gateway" | "Namespace",
  { namespace, name }: Place,
  profile: DataPlaneProfile,
): NativeWish => {
  const target = { kind, namespace, name };
  const governing = compilation.effective.find(
    (each) => each.target.kind === kind && each.target.namespace === namespace && each.target.name === name,
  );
  return governing === undefined
    ? {
        target,
        otlp,
        signals: { traces: true, metrics: true, logs: true },
        headers: { spans: [], logs: [] },
        propagation: [],
      }
    : nativeWish(governing.policy, target, profile, otlp);
};

/** The documents that `explain --native` prints for a wish. */
export const nativeDocuments = (profile: DataPlaneProfile, wish: NativeWish): readonly Json[] =>
  profile.native(wish).flatMap(({ language, text }, index) => {
    if (language !== "yaml") return [];
    const { value, diagnostics } = parseYaml(
      { path: `${profile.name}-${index}.yaml`, text },
      { aliases: false, maxBytes: 1 << 20 },
    );
    if (diagnostics.length > 0) throw new Error(`${text}\n${JSON.stringify(diagnostics)}`);
    return value.map(toJson);
  });

/** A value inside; undefined where the way ends. */
export const at = (value: Json | undefined, ...way: readonly (string | number)[]): Json | undefined => {
  const [step, ...rest] = way;
  if (step === undefined || value === null || typeof value !== "object") return step === undefined ? value : undefined;
  return at((value as { readonly [key: string | number]: Json | undefined })[step], ...rest);
};

export const mapAt = (value: Json | undefined, ...way: readonly (string | number)[]): JsonMap => {
  const found = at(value, ...way);
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as JsonMap) : {};
};

export const listAt = (value: Json | undefined, ...way: readonly (string | number)[]): readonly Json[] => {
  const found = at(value, ...way);
  return Array.isArray(found) ? found : [];
};

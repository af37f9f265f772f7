import type { Target } from "../../policy/types.ts";
import { isName } from "../../policy/values/name.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import { lost, type Reading, wrong } from "../reading.ts";
import type { Cited } from "../sketch.ts";
import { askedTargets, gatewayTargets, namespacesIn, refsOf } from "../targets.ts";
import { at, entriesOf, itemsOf, wordOf } from "../tree.ts";
import { type MeshProvider, meshProviders, rootNamespaceIn } from "./istio-providers.ts";

export type Scope = {
  readonly targets: readonly Cited<Target>[];
  readonly level: 0 | 1 | 2;
  readonly wanted: string;
  /** Listeners of gateways are outbound: `mode: SERVER` never applies to them. */
  readonly isGateway: boolean;
};

const gatewayLabels = ["gateway.networking.k8s.io/gateway-name", "istio.io/gateway-name"];

/** Which Gateways and Namespaces a Telemetry is about. */
export const scopeOf = (reading: Reading): Scope => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const refs = refsOf(spec);
  const labels = entriesOf(at(spec, "selector", "matchLabels"));
  const anchor = at(manifest.root, "metadata", "name") ?? manifest.root;
  if (refs.length > 0) {
    const targets = gatewayTargets(reading, refs);
    const asked =
      targets.length > 0 ? targets : askedTargets(reading, anchor, "its own targets are none a policy can have");
    return { targets: asked, level: 2, wanted: "targetRefs of other kinds than Gateway", isGateway: true };
  }
  if (labels.length > 0) {
    const [, node] = labels.find(([key]) => gatewayLabels.includes(key)) ?? [];
    const name = wordOf(node ?? null);
    if (
      node !== undefined &&
      name !== null &&
      isName(name, "subdomain") &&
      labels.length === 1 &&
      !manifest.isNamespaceUnknown
    ) {
      const target: Target = { kind: "Gateway", namespace: manifest.namespace, name };
      const why = "the label selects the pods of that Gateway";
      return { targets: [reading.cite(target, node, { how: "changed", why })], level: 2, wanted: "", isGateway: true };
    }
    const selector = at(spec, "selector");
    lost(reading, selector, "a policy cannot select workloads; it governs a Gateway or a whole Namespace");
    const targets = askedTargets(reading, anchor, "the selector's workloads are none a policy can have");
    const wanted = `workloads with ${labels.map(([key, value]) => `${key}=${wordOf(value) ?? ""}`).join(", ")}`;
    return { targets, level: 2, wanted, isGateway: targets.every(({ value }) => value.kind === "Gateway") };
  }
  if (manifest.namespace === rootNamespaceIn(reading.all)) {
    const asked = askedTargets(reading, anchor, "mesh-wide there; a policy for each target that was named");
    const named = namespacesIn(reading.all).map((name) =>
      reading.cite<Target>({ kind: "Namespace", namespace: name, name }, anchor, {
        how: "changed",
        why: "mesh-wide there; a policy for each Namespace among the files",
      }),
    );
    return {
      targets: asked.length > 0 ? asked : named,
      level: 0,
      wanted: "every namespace of the mesh",
      isGateway: false,
    };
  }
  if (reading.options.targets.length > 0) {
    const targets = askedTargets(reading, anchor, "the namespace's, for the targets that were named");
    return { targets, level: 1, wanted: "", isGateway: targets.every(({ value }) => value.kind === "Gateway") };
  }
  if (manifest.isNamespaceUnknown)
    return { targets: [], level: 1, wanted: "its namespace, which is not known", isGateway: false };
  const node = at(manifest.root, "metadata", "namespace") ?? anchor;
  const target: Target = { kind: "Namespace", namespace: manifest.namespace, name: manifest.namespace };
  return {
    targets: isName(manifest.namespace, "label") ? [reading.cite(target, node)] : [],
    level: 1,
    wanted: "a Namespace",
    isGateway: false,
  };
};

/** False where an entry never applies to this target. */
export const applies = (reading: Reading, entry: YamlNode, { isGateway }: Scope): boolean => {
  const mode = at(entry, "match", "mode");
  const word = wordOf(mode) ?? "CLIENT_AND_SERVER";
  if (mode === null) return true;
  if (!["CLIENT", "SERVER", "CLIENT_AND_SERVER"].includes(word)) {
    wrong(reading, mode, "is no mode", "write CLIENT, SERVER or CLIENT_AND_SERVER");
    return true;
  }
  if (isGateway && word === "SERVER") {
    lost(reading, entry, "mode SERVER never applies to a gateway, whose listeners count as CLIENT");
    return false;
  }
  if (word === "CLIENT_AND_SERVER" || isGateway)
    reading.note(mode, { outcome: "carried", why: "a policy governs both sides" });
  else
    lost(
      reading,
      mode,
      "a policy on a Namespace governs client and server side alike; requests are counted at the server",
    );
  return true;
};

export type Named = { readonly node: YamlNode; readonly name: string; readonly provider: MeshProvider | null };

/** The first provider of an entry; Istio, too, uses only that for traces. */
export const providersOf = (reading: Reading, entry: YamlNode): readonly Named[] => {
  const defined = meshProviders(reading.all);
  return itemsOf(at(entry, "providers")).flatMap((item) => {
    const name = wordOf(at(item, "name"));
    return name === null ? [] : [{ node: item, name, provider: defined.find((each) => each.name === name) ?? null }];
  });
};

export const undefinedProvider = (name: string): string =>
  `provider "${name}" is defined in MeshConfig, which is not among the files; the platform's default sink is used`;

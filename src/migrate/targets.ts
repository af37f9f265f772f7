import type { Target } from "../policy/types.ts";
import { isName } from "../policy/values/name.ts";
import type { YamlNode } from "../policy/yaml-node.ts";
import { groupOf } from "./group.ts";
import type { Manifest } from "./manifests.ts";
import { lost, type Reading } from "./reading.ts";
import type { Cited } from "./sketch.ts";
import { at, itemsOf, wordOf } from "./tree.ts";

export const gatewayGroup = "gateway.networking.k8s.io";

/** `targetRef` and `targetRefs[]` of any policy that attaches in the Gateway API's way. */
export const refsOf = (spec: YamlNode | null): readonly YamlNode[] => {
  const one = at(spec, "targetRef");
  return [...(one === null ? [] : [one]), ...itemsOf(at(spec, "targetRefs"))];
};

/** The Gateways among the references; a note for every other. */
export const gatewayTargets = (reading: Reading, refs: readonly YamlNode[]): readonly Cited<Target>[] =>
  refs.flatMap((ref) => {
    const kind = wordOf(at(ref, "kind"));
    const name = wordOf(at(ref, "name"));
    const group = wordOf(at(ref, "group")) ?? "";
    if (kind !== "Gateway" || group !== gatewayGroup) {
      lost(
        reading,
        ref,
        `a TelemetryPolicy attaches to a Gateway or a Namespace, not to ${group === "" ? "" : `${group} `}${kind ?? "nothing"}`,
      );
      return [];
    }
    const nameNode = at(ref, "name");
    if (name === null || nameNode === null || !isName(name, "subdomain")) {
      lost(reading, ref, "the Gateway has no valid name");
      return [];
    }
    const section = at(ref, "sectionName");
    if (section !== null) lost(reading, section, "a TelemetryPolicy governs a whole Gateway, not one of its listeners");
    const own = wordOf(at(ref, "namespace"));
    if (own === null && reading.manifest.isNamespaceUnknown) {
      lost(reading, ref, "the Gateway's namespace is the manifest's, which is not known");
      return [];
    }
    const namespace = own ?? reading.manifest.namespace;
    return [reading.cite<Target>({ kind: "Gateway", namespace, name }, ref)];
  });

/** `--target`, where the manifest itself cannot say it. */
export const askedTargets = (reading: Reading, node: YamlNode, why: string): readonly Cited<Target>[] =>
  reading.options.targets.map((target) => reading.cite(target, node, { how: "changed", why }));

export const gatewaysIn = (all: readonly Manifest[]): readonly Manifest[] =>
  all.filter(
    (manifest) =>
      manifest.kind === "Gateway" && groupOf(manifest) === gatewayGroup && isName(manifest.name, "subdomain"),
  );

export const namespacesIn = (all: readonly Manifest[]): readonly string[] => [
  ...new Set(
    all
      .filter(
        (manifest) => manifest.kind === "Namespace" && manifest.apiVersion === "v1" && isName(manifest.name, "label"),
      )
      .map(({ name }) => name),
  ),
];

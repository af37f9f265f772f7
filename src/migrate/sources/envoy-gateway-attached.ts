import type { Target } from "../../policy/types.ts";
import type { YamlNode } from "../../policy/yaml-node.ts";
import { groupOf } from "../group.ts";
import type { Manifest } from "../manifests.ts";
import type { Reading } from "../reading.ts";
import type { Cited } from "../sketch.ts";
import { askedTargets, gatewayGroup, gatewaysIn } from "../targets.ts";
import { at, wordOf } from "../tree.ts";

type Attached = { readonly targets: readonly Cited<Target>[]; readonly wanted: string };

const refersTo = (ref: YamlNode | null, manifest: Manifest, namespace: string): boolean =>
  ref !== null &&
  wordOf(at(ref, "kind")) === "EnvoyProxy" &&
  wordOf(at(ref, "name")) === manifest.name &&
  (wordOf(at(ref, "namespace")) ?? namespace) === manifest.namespace;

/** EnvoyProxy is attached from the other side: by a Gateway, or by the class of many. */
export const attachedTo = (reading: Reading): Attached => {
  const { manifest, all } = reading;
  const anchor = at(manifest.root, "metadata", "name") ?? manifest.root;
  const asGateway = (gateway: Manifest, node: YamlNode, why: string): Cited<Target> =>
    reading.cite<Target>({ kind: "Gateway", namespace: gateway.namespace, name: gateway.name }, node, {
      how: "changed",
      why,
    });
  const gateways = gatewaysIn(all);
  const own = gateways.flatMap((gateway) => {
    const ref = at(gateway.root, "spec", "infrastructure", "parametersRef");
    return ref !== null && refersTo(ref, manifest, gateway.namespace)
      ? [asGateway(gateway, ref, "the reference goes the other way now: from the policy to the Gateway")]
      : [];
  });
  if (own.length > 0) return { targets: own, wanted: "" };
  const asked = askedTargets(reading, anchor, "the targets that were named");
  const classes = all.filter(
    (other) =>
      other.kind === "GatewayClass" &&
      groupOf(other) === gatewayGroup &&
      refersTo(at(other.root, "spec", "parametersRef"), manifest, ""),
  );
  if (asked.length > 0) {
    for (const { root } of classes)
      reading.note(at(root, "spec", "parametersRef"), {
        outcome: "changed",
        why: "a policy names its Gateways itself",
      });
    return { targets: asked, wanted: "" };
  }
  const ofClass = classes.flatMap((of) => {
    const ref = at(of.root, "spec", "parametersRef");
    return gateways
      .filter(
        ({ root }) =>
          wordOf(at(root, "spec", "gatewayClassName")) === of.name &&
          at(root, "spec", "infrastructure", "parametersRef") === null,
      )
      .map((gateway) => asGateway(gateway, ref ?? anchor, "every Gateway of the class that is among the files"));
  });
  const [first] = classes;
  if (ofClass.length > 0) return { targets: ofClass, wanted: "" };
  if (first !== undefined) {
    reading.note(at(first.root, "spec", "parametersRef"), {
      outcome: "changed",
      why: "a policy names its Gateways itself, and none of this class is among the files",
    });
    return { targets: [], wanted: `every Gateway of class ${first.name}` };
  }
  // The translator's own test inputs say so by the name of the block.
  if (/(?:^|\.)envoyProxyForGatewayClass$/.test(manifest.path)) {
    return {
      targets: gateways
        .filter(({ file }) => file === manifest.file)
        .map((gateway) => asGateway(gateway, anchor, "every Gateway of the file")),
      wanted: "every Gateway of a class",
    };
  }
  return { targets: [], wanted: "the Gateways that refer to it, none of which is among the files" };
};

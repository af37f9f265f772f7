import { forEachUnspoken, type Reading } from "./reading.ts";
import { at, entriesOf } from "./tree.ts";

/** What every Kubernetes object has, and objects that are read for their names alone or not at all. */
export const readStandard = (reading: Reading, isKnown: boolean, became: boolean): void => {
  const { root, kind, broken } = reading.manifest;
  if (broken) return;
  if (!isKnown) {
    const context = kind === "Gateway" || kind === "GatewayClass" || kind === "Namespace";
    forEachUnspoken(reading, root, {
      outcome: "unrelated",
      why: context
        ? "read for its name: policies attach to it"
        : kind === ""
          ? "no manifest that this tool knows"
          : `${kind} is no telemetry of a known data plane`,
    });
    return;
  }
  if (kind === "") {
    // Examples of Kong's documentation: words around a configuration.
    if (at(root, "config") !== null && at(root, "tools") !== null)
      for (const [key, value] of entriesOf(root))
        if (key !== "config")
          forEachUnspoken(reading, value, { outcome: "unrelated", why: "words of the documentation" });
    return;
  }
  const none = { outcome: "unrelated", why: "no policy came of this object" } as const;
  for (const field of ["apiVersion", "kind"])
    forEachUnspoken(reading, at(root, field), became ? { outcome: "changed", why: "the policy has its own" } : none);
  for (const [key, value] of entriesOf(at(root, "metadata"))) {
    if (key === "name" || key === "namespace" || key === "creationTimestamp")
      forEachUnspoken(reading, value, became ? { outcome: "carried", why: "as the policy's" } : none);
    else if (key === "labels" || key === "annotations")
      forEachUnspoken(reading, value, {
        outcome: "unrelated",
        why: "no telemetry: labels and annotations of the old object",
      });
    else forEachUnspoken(reading, value, { outcome: "unrelated", why: "written by the API server" });
  }
  for (const field of ["targetRef", "targetRefs"]) forEachUnspoken(reading, at(root, "spec", field), none);
  forEachUnspoken(reading, at(root, "status"), { outcome: "unrelated", why: "written by a controller" });
};

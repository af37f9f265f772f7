import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { childOf, entryOf, textOf } from "./object.ts";
import type { YamlNode } from "./yaml-node.ts";

const kuadrant = "extensions.kuadrant.io";
/** OTEP-4738: early texts give a policy a `type`, the policies SIG's an `id` and one signal. */
const typed =
  /^(?:trace-sampling|metric-rate|log-filter|attribute-redaction|metric-aggregation|exemplar-sampling|attribute-filter)$/;
const signals = ["log", "metric", "trace"] as const;

/** Things called "telemetry policy" that are not the Gateway API's: what they are, never "unknown field". */
export const neighbourOf = (root: YamlNode): Diagnostic | null => {
  const apiVersion = textOf(childOf(root, "apiVersion"));
  const kindEntry = entryOf(root, "kind");
  const at = kindEntry?.value.span ?? root.span;
  if (apiVersion?.startsWith(`${kuadrant}/`) && textOf(kindEntry?.value ?? null) === "TelemetryPolicy")
    return diagnostic("TP1022", { apiVersion }, at);
  if (
    apiVersion !== null &&
    /(?:^|\.)opentelemetry\.io\//.test(apiVersion) &&
    textOf(kindEntry?.value ?? null) === "TelemetryPolicy"
  )
    return diagnostic("TP1023", { what: `${apiVersion} TelemetryPolicy` }, at);
  if (apiVersion !== null || kindEntry !== null) return null;
  const list = childOf(root, "policies");
  if (list?.kind === "sequence" && list.items.some(isOtep4738))
    return diagnostic("TP1023", { what: "this list of policies" }, entryOf(root, "policies")?.keySpan ?? at);
  return isOtep4738(root) ? diagnostic("TP1023", { what: "this document" }, firstKey(root)) : null;
};

const isOtep4738 = (node: YamlNode): boolean => {
  if (typed.test(textOf(childOf(node, "type")) ?? "")) return true;
  if (textOf(childOf(node, "id")) === null && textOf(childOf(node, "name")) === null) return false;
  return signals.some((signal) => {
    const block = childOf(node, signal);
    return block?.kind === "map" && (entryOf(block, "match") !== null || entryOf(block, "keep") !== null);
  });
};

const firstKey = (root: YamlNode) => (root.kind === "map" ? (root.entries[0]?.keySpan ?? root.span) : root.span);

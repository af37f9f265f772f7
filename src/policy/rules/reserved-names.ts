import { spanOf } from "../../diagnostics/origin.ts";
import { shorten } from "../reader.ts";
import { dimensionsOf, namesOf } from "./names.ts";
import type { Rule } from "./rule.ts";

/** Names by which records are routed and counted, and labels that Prometheus gives a meaning of its own. */
export const reservedNames: Rule = ({ policy, report }) => {
  for (const { field, name } of namesOf(policy))
    if (/^otel[._]policy(?:[._:/-]|$)/i.test(name.value))
      report(
        "TP2403",
        { field, value: shorten(name.value), reserved: "otel_policy names route and count records" },
        spanOf(name.origin),
      );
  for (const { key, source } of dimensionsOf(policy))
    if (source !== null && /^k8s[._](?:gateway[._]name(?:space)?|namespace[._]name)$/.test(key.value))
      report(
        "TP2403",
        { field: "dimension", value: shorten(key.value), reserved: "it names the target that a series is of" },
        spanOf(key.origin),
      );
  for (const { key } of dimensionsOf(policy))
    if (/^(?:le|quantile|job|instance|__.*)$/.test(key.value))
      report(
        "TP2403",
        { field: "dimension", value: shorten(key.value), reserved: "a label of Prometheus itself" },
        spanOf(key.origin),
      );
};

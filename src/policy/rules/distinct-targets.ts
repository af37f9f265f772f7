import { located } from "../../diagnostics/origin.ts";
import { reportRepeats } from "./distinct.ts";
import type { Rule } from "./rule.ts";

/** GEP-4768 `targetRefs`: "must be distinct". */
export const distinctTargets: Rule = ({ policy, report }) => {
  const named = policy.targets.map(({ value, origin }) => {
    const text = value.kind === "Gateway" ? `Gateway ${value.namespace}/${value.name}` : `Namespace ${value.name}`;
    return located(text, origin);
  });
  reportRepeats(report, "targetRefs", named);
};

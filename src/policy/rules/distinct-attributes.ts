import { reportRepeats } from "./distinct.ts";
import { attributesOf } from "./names.ts";
import type { Rule } from "./rule.ts";

/** GEP-4768 `attributes`: a map keyed by name; the draft's `customAttributes` likewise. */
export const distinctAttributes: Rule = ({ policy, report }) =>
  reportRepeats(
    report,
    policy.dialect === "gep4768" ? "tracing.attributes" : "tracing.customAttributes",
    attributesOf(policy).map(({ name }) => name),
  );

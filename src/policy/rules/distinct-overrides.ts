import { reportRepeats } from "./distinct.ts";
import type { Rule } from "./rule.ts";

/** One override per metric family: the order of overrides has no meaning. */
export const distinctOverrides: Rule = ({ policy, report }) =>
  reportRepeats(report, "metrics.overrides", policy.metrics?.overrides.map(({ name }) => name) ?? []);

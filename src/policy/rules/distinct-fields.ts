import { reportRepeats } from "./distinct.ts";
import type { Rule } from "./rule.ts";

/** A log line cannot hold a field twice. */
export const distinctFields: Rule = ({ policy, report }) =>
  reportRepeats(report, "accessLogs.fields", policy.accessLogs?.fields ?? []);

import type { Report } from "../reader.ts";
import type { PolicyOptions, TelemetryPolicy } from "../types.ts";

/** One thing that must hold for a policy that could be read. A rule reports; it never changes anything. */
export type Rule = (input: {
  readonly policy: TelemetryPolicy;
  readonly options: PolicyOptions;
  readonly report: Report;
}) => void;

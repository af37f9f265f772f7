import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Origin, spanOf } from "../diagnostics/origin.ts";
import { contentPattern } from "../genai/content.ts";
import type { AccessLogs, TelemetryPolicy, Tracing } from "../policy/types.ts";
import type { Stage } from "./types.ts";

const whole = new RegExp(`^(?:${contentPattern})$`);

/** Whether an attribute holds what people and models say to each other. */
export const isContent = (key: string): boolean => whole.test(key);

/** Whether a signal's records keep their content on the way out. */
export const keepsContent = (block: Tracing | AccessLogs | null): boolean =>
  block?.captureMessageContent?.value === true;

/** What is taken away before anything leaves: credentials always, content unless the policy keeps it. */
export const redaction = (block: Tracing | AccessLogs): Extract<Stage, { kind: "redact" }> => {
  const origin: Origin | undefined = block.captureMessageContent?.origin;
  return keepsContent(block) && origin !== undefined
    ? { kind: "redact", keepsContent: true, origin }
    : { kind: "redact" };
};

/** Who keeps content says so in the open: one finding for each opt-in. */
export const contentFindings = (policy: TelemetryPolicy): readonly Diagnostic[] =>
  (["tracing", "accessLogs"] as const).flatMap((signal) => {
    const block = policy[signal];
    const said = block?.captureMessageContent ?? null;
    if (said === null || !said.value || block?.mode.value === "Disabled") return [];
    const records = signal === "tracing" ? "spans" : "access logs";
    return [diagnostic("TP4030", { policy: policy.id, records }, spanOf(said.origin), { policy: policy.id })];
  });

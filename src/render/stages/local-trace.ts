import type { Stage } from "../../plan/types.ts";
import { type ClassScope, rowValue } from "../class-scope.ts";
import { type Tree, traced } from "../tree.ts";
import { randomnessConditions } from "./sample.ts";

type LocalTrace = Extract<Stage, { kind: "sampleLocalTrace" }>;

/**
 * Bits of span flags (OTLP): 0x100 says that the remote bit is known, 0x200 that the parent is remote. OTTL has no bit
 * operators; integer division finds single bits. Where the bit is not known, an incoming span with a parent counts.
 */
const isRemoteBit = "span.flags / 512 - (span.flags / 1024) * 2 == 1";
const isKnown = "span.flags / 256 - (span.flags / 512) * 2 == 1";
const incoming = "(span.kind == SPAN_KIND_SERVER or span.kind == SPAN_KIND_CONSUMER)";

export const hasRemoteParent = `not IsRootSpan() and (${isRemoteBit} or (not (${isKnown}) and ${incoming}))`;

/** Both thresholds of the class's one target, as OTTL values, lower one first. They are texts of equal length, so text order is number order. */
const bounds = (scope: ClassScope, stage: LocalTrace): { readonly low: string; readonly high: string } => {
  const root = rowValue(scope, stage.root);
  const parent = rowValue(scope, stage.remoteParent);
  return root < parent ? { low: root, high: parent } : { low: parent, high: root };
};

/** Below both thresholds nothing can keep the trace: dropped without waiting. */
export const surelyDropped = (scope: ClassScope, stage: LocalTrace): Tree =>
  traced(stage.origin, { error_mode: "ignore", trace_conditions: randomnessConditions("<", bounds(scope, stage).low) });

/** At or above both nothing can drop it: kept without waiting. */
export const surelyKept = (scope: ClassScope, stage: LocalTrace): string =>
  randomnessConditions(">=", bounds(scope, stage).high)
    .map((condition) => `(${condition})`)
    .join(" or ");

/**
 * In between, the local root decides: it has a remote parent, or it is the root of the trace. The thresholds are those
 * of head sampling, so the kept set is the predicted one on every node and across swaps.
 */
export const localTraceSampler = (scope: ClassScope, stage: LocalTrace): Tree => {
  const keep = [
    ...randomnessConditions(">=", rowValue(scope, stage.root)).map((condition) => `IsRootSpan() and ${condition}`),
    ...randomnessConditions(">=", rowValue(scope, stage.remoteParent)).map(
      (condition) => `${hasRemoteParent} and ${condition}`,
    ),
  ];
  return traced(stage.origin, {
    decision_wait: `${stage.waitSeconds}s`,
    // Children that come after their root follow the decision that the caches remember.
    decision_wait_after_root_received: "1s",
    num_traces: 50000,
    expected_new_traces_per_sec: 100,
    decision_cache: { sampled_cache_size: 100000, non_sampled_cache_size: 100000 },
    policies: [{ name: "local_root", type: "ottl_condition", ottl_condition: { error_mode: "ignore", span: keep } }],
  });
};

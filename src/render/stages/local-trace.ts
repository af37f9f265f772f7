import type { Stage } from "../../plan/types.ts";
import { type ClassScope, rowValue } from "../class-scope.ts";
import { attribute, quoted, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
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

const hasRemoteParent = `not IsRootSpan() and (${isRemoteBit} or (not (${isKnown}) and ${incoming}))`;

/** Below both thresholds nothing can keep the trace: dropped without waiting. */
export const surelyDropped = (scope: ClassScope, stage: LocalTrace): Tree =>
  traced(stage.origin, {
    error_mode: "ignore",
    trace_conditions: randomnessConditions("<", rowValue(scope, stage.low)),
  });

/** At or above both nothing can drop it: kept without waiting. */
export const surelyKept = (scope: ClassScope, stage: LocalTrace): string =>
  randomnessConditions(">=", rowValue(scope, stage.high))
    .map((condition) => `(${condition})`)
    .join(" or ");

const traceId = "span.trace_id.string";
const prefix = attribute("span", stamps.trace);
const marked = 8;

/**
 * A trace that crosses two targets has a local root in each, and each decides for its own spans. So that they wait
 * apart, the target's code stands in for the first digits of the trace id meanwhile; sampling reads only the last 14.
 */
export const markTarget = (scope: ClassScope): readonly string[] => [
  `set(${prefix}, Substring(${traceId}, 0, ${marked}))`,
  `set(${traceId}, Concat([${quoted("0".repeat(marked - (scope.rows[0]?.code.length ?? 1)))}, ${resourceAttribute(stamps.target)}, Substring(${traceId}, ${marked}, ${32 - marked})], ""))`,
];

export const unmarkTarget: readonly string[] = [
  `set(${traceId}, Concat([${prefix}, Substring(${traceId}, ${marked}, ${32 - marked})], ""))`,
];

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
    num_traces: 100000,
    expected_new_traces_per_sec: 100,
    decision_cache: { sampled_cache_size: 100000, non_sampled_cache_size: 100000 },
    policies: [{ name: "local_root", type: "ottl_condition", ottl_condition: { error_mode: "ignore", span: keep } }],
  });
};

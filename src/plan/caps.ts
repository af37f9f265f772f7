import { byText } from "../base/order.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { DimensionLimit, TelemetryPolicy } from "../policy/types.ts";
import type { DerivedFamily, DimensionCap, SeenValues, Stage } from "./types.ts";

/** Values that a dimension may have where the policy says nothing. */
const usualLimit = 100;

/** Labels of our own families whose values callers choose; all others are of a closed set. */
const chosenByCallers: ReadonlySet<string> = new Set([
  "http.request.method",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.agent.name",
  "gen_ai.tool.name",
  "mcp.method.name",
  "error.type",
  "route",
]);

/** Dimensions of a family whose values nobody has listed before they arrive. */
export const openDimensions = ({ defaults, added }: DerivedFamily): readonly string[] => [
  ...defaults.filter((key) => chosenByCallers.has(key)),
  ...added.filter(({ from }) => from.kind !== "row").map(({ key }) => key),
];

const limitsOf = ({ metrics }: TelemetryPolicy): readonly DimensionLimit[] => [
  ...(metrics?.genAI?.limits ?? []),
  ...(metrics?.overrides ?? []).flatMap(({ limits }) => limits ?? []),
];

const openKeys = (stages: readonly Stage[]): readonly string[] =>
  stages.flatMap((stage) => (stage.kind === "derive" ? stage.families.flatMap(openDimensions) : []));

/**
 * How many values each open dimension of a policy may have. One list of values serves all families of the policy that
 * have the dimension, on spans and logs alike, so that their series can be joined; the lowest limit that is written counts.
 */
export const capsOf = (policy: TelemetryPolicy, stages: readonly Stage[]): readonly DimensionCap[] =>
  [...new Set(openKeys(stages))].sort(byText).map((key) => {
    const written = limitsOf(policy).flatMap((each) => (each.key.value === key ? [each.limit.value] : []));
    return { policy: policy.id, key, limit: written.length === 0 ? usualLimit : Math.min(...written) };
  });

/** Limits of what no derived family has: a family that arrives has the series it has, whoever renames its labels. */
export const capFindings = (policy: TelemetryPolicy, stages: readonly Stage[]): readonly Diagnostic[] => {
  const open = new Set(openKeys(stages));
  return limitsOf(policy)
    .filter(({ key }) => !open.has(key.value))
    .map(({ key, limit }) =>
      diagnostic(
        "TP4025",
        { key: key.value, why: "no metric that is derived here has it from a header or an attribute" },
        spanOf(limit.origin),
        { policy: policy.id },
      ),
    );
};

/** Limits that a policy wrote, where nobody can read which values there are. */
export const unenforcedLimits = (
  policies: readonly TelemetryPolicy[],
  caps: readonly DimensionCap[],
): readonly Diagnostic[] =>
  policies.flatMap((policy) =>
    limitsOf(policy)
      .filter(({ key }) => caps.some((cap) => cap.policy === policy.id && cap.key === key.value))
      .map(({ key, limit }) => diagnostic("TP4026", { key: key.value }, spanOf(limit.origin), { policy: policy.id })),
  );

/** Dimensions that have all the values they may have: those that were seen first keep their series. */
export const fullDimensions = (caps: readonly DimensionCap[], seen: readonly SeenValues[]): readonly SeenValues[] =>
  caps.flatMap(({ policy, key, limit }) => {
    const values = seen.find((each) => each.policy === policy && each.key === key)?.values ?? [];
    return values.length < limit ? [] : [{ policy, key, values: values.slice(0, limit) }];
  });

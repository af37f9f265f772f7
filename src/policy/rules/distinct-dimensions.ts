import { reportRepeats } from "./distinct.ts";
import type { Rule } from "./rule.ts";

/** A label has one value per series. Prometheus folds `.`, `-`, `/` and `:` to `_`, so such keys are one label there. */
export const distinctDimensions: Rule = ({ policy, report }) => {
  const lists = [
    ...(policy.metrics?.overrides.map((override) => override.dimensions) ?? []),
    policy.metrics?.genAI?.dimensions ?? [],
  ];
  for (const dimensions of lists)
    reportRepeats(
      report,
      "dimensions",
      dimensions.map(({ key }) => key),
      (key) => key.replace(/[^a-zA-Z0-9_]/g, "_"),
    );
};

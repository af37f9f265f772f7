import { attributeNames } from "./attribute-names.ts";
import { distinctAttributes } from "./distinct-attributes.ts";
import { distinctDimensions } from "./distinct-dimensions.ts";
import { distinctFields } from "./distinct-fields.ts";
import { distinctOverrides } from "./distinct-overrides.ts";
import { distinctTargets } from "./distinct-targets.ts";
import { endpointAllowed } from "./endpoint-allowed.ts";
import { headerNames } from "./header-names.ts";
import { matchPath } from "./match-path.ts";
import { reservedNames } from "./reserved-names.ts";
import type { Rule } from "./rule.ts";

/** In the order a reader of the policy meets them; findings are sorted by place afterwards. */
export const rules: readonly Rule[] = [
  distinctTargets,
  // Safety of the platform before the rest: a policy that fails here must never be half-applied.
  endpointAllowed,
  reservedNames,
  attributeNames,
  headerNames,
  distinctAttributes,
  distinctOverrides,
  distinctDimensions,
  matchPath,
  distinctFields,
];

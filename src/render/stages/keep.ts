import type { Stage } from "../../plan/types.ts";
import { attribute, quoted } from "../ottl.ts";
import { type Tree, traced } from "../tree.ts";

/** Drops every access-log record whose path is none of those asked for; an absent path is none. */
export const keepFilter = (stage: Extract<Stage, { kind: "keep" }>): Tree => {
  const path = attribute("log", "url.path");
  const matches = stage.when.anyOf.map(({ path: wanted }) =>
    wanted === "" ? "true" : `${path} == ${quoted(wanted)} or HasPrefix(${path}, ${quoted(`${wanted}/`)})`,
  );
  const condition = matches.length === 0 ? "true" : `not IsString(${path}) or not (${matches.join(" or ")})`;
  return traced(stage.origin, { error_mode: "ignore", log_conditions: [condition] });
};

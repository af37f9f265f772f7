import { type Located, spanOf } from "../../diagnostics/origin.ts";
import { shorten } from "../reader.ts";
import { isAttributeName } from "../values/name.ts";
import { namesOf, sourcesOf } from "./names.ts";
import type { Rule } from "./rule.ts";

/** GEP-4768 `attributes[].name`, `attributeKey`; the same for dimensions, in every dialect. */
export const attributeNames: Rule = ({ policy, report }) => {
  const check = (field: string, { value, origin }: Located<string>): void => {
    if (!isAttributeName(value)) report("TP2401", { field, value: shorten(value) }, spanOf(origin));
  };
  for (const { field, name } of namesOf(policy)) check(field, name);
  for (const { value, origin } of sourcesOf(policy))
    if (value.from === "attribute") check("attribute", { value: value.key, origin });
};

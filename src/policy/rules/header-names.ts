import { spanOf } from "../../diagnostics/origin.ts";
import { shorten } from "../reader.ts";
import { isHeaderName } from "../values/name.ts";
import { sourcesOf } from "./names.ts";
import type { Rule } from "./rule.ts";

/** RFC 9110: a field name is a token. Names were lower-cased when read, as HTTP/2 and OTel have them. */
export const headerNames: Rule = ({ policy, report }) => {
  for (const { value, origin } of sourcesOf(policy)) {
    if (value.from !== "header" || isHeaderName(value.name)) continue;
    const field = origin.kind === "policy" ? origin.path.replace(/^spec\./, "") : "header";
    report("TP2402", { field, value: shorten(value.name) }, spanOf(origin));
  }
};

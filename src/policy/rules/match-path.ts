import { spanOf } from "../../diagnostics/origin.ts";
import { shorten } from "../reader.ts";
import type { Rule } from "./rule.ts";

/** `accessLogs.matches[].path` is a prefix of whole segments of the request path, without its query. */
export const matchPath: Rule = ({ policy, report }) => {
  for (const { path } of policy.accessLogs?.matches ?? []) {
    if (path === null) continue;
    const at = spanOf(path.origin);
    if (!path.value.startsWith("/")) report("TP2501", { path: shorten(path.value) }, at);
    else if (/[?#]/.test(path.value)) report("TP2503", { path: shorten(path.value) }, at);
  }
};

import type { Target } from "../policy/types.ts";
import { isName } from "../policy/values/name.ts";
import { UsageError } from "./usage-error.ts";

/** `Gateway/NAMESPACE/NAME` and `Namespace/NAME` → targets. Throws UsageError. */
export const migrateTargets = (written: readonly string[]): readonly Target[] =>
  written.map((text) => {
    const [kind, ...names] = text.split("/");
    const [first = "", second = ""] = names;
    if (kind === "Gateway" && names.length === 2 && isName(first, "label") && isName(second, "subdomain"))
      return { kind, namespace: first, name: second };
    if (kind === "Namespace" && names.length === 1 && isName(first, "label"))
      return { kind, namespace: first, name: first };
    throw new UsageError(`--target "${text}" is neither Gateway/NAMESPACE/NAME nor Namespace/NAME`);
  });

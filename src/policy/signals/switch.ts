import { type Located, located } from "../../diagnostics/origin.ts";
import { type Block, type Reader, readBoolean, readWord } from "../reader.ts";
import type { Mode } from "../types.ts";

export const modes = ["Enabled", "Disabled", "ImplementationDefault"] as const;

/** On or off: `mode` (GEP-4768) or `enabled`. Neither: the signal is governed by whatever else the block says. */
export const readSwitch = (reader: Reader, block: Block): Located<Mode> => {
  const modeField = block.get("mode");
  const enabledField = block.get("enabled");
  if (modeField !== null && enabledField !== null)
    reader.report("TP2007", { field: enabledField.path, other: "mode" }, enabledField.keySpan);
  const mode = readWord(reader, modeField, modes);
  if (mode !== null) return located(mode.value === "ImplementationDefault" ? "Default" : mode.value, mode.origin);
  const enabled = readBoolean(reader, enabledField);
  if (enabled !== null) return located(enabled.value ? "Enabled" : "Disabled", enabled.origin);
  return located("Default", { kind: "default", rule: `${block.path} says neither on nor off` });
};

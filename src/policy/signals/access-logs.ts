import { located } from "../../diagnostics/origin.ts";
import { type Field, openBlock, type Reader, readBoolean, readItems, readText, readWord } from "../reader.ts";
import type { AccessLogs, LogMatch } from "../types.ts";
import { readProvider } from "../values/provider.ts";
import { readSwitch } from "./switch.ts";

/** The `accessLogs` block; alike in all dialects but for what counts as an extension. */
export const readAccessLogs = (reader: Reader, field: Field | null): AccessLogs | null => {
  const block = field === null ? null : openBlock(reader, field, { enable: "enabled" });
  if (block === null) return null;
  const fieldsField = block.get("fields");
  const fields = readItems(reader, fieldsField)
    .map((item) => readText(reader, item))
    .filter((text) => text !== null);
  const emptyFields = fieldsField?.node.kind === "sequence" && fieldsField.node.items.length === 0;
  if (emptyFields) reader.report("TP2005", { field: fieldsField.path }, fieldsField.keySpan);
  return {
    mode: readSwitch(reader, block),
    provider: readProvider(reader, block.get("provider"), ["OTLP"], "OTLP"),
    format:
      readWord(reader, block.get("format"), ["JSON", "Text"]) ??
      located("JSON", { kind: "default", rule: "access logs are JSON" }),
    matches: readItems(reader, block.get("matches"))
      .map((item) => readMatch(reader, item))
      .filter((match) => match !== null),
    fields: fieldsField === null || emptyFields ? null : fields,
    captureMessageContent: readBoolean(reader, block.get("captureMessageContent")),
  };
};

const readMatch = (reader: Reader, field: Field): LogMatch | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const path = readText(reader, block.get("path"), 1, 1024);
  const cel = readText(reader, block.get("cel"), 1, 4096);
  if (block.get("path") === null && block.get("cel") === null)
    reader.report("TP2502", { field: block.path }, field.keySpan);
  return { path, cel };
};

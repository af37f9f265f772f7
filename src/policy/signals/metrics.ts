import { located } from "../../diagnostics/origin.ts";
import { type Field, openBlock, type Reader, readBoolean, readItems, readText } from "../reader.ts";
import type { MetricOverride, Metrics } from "../types.ts";
import { readProvider } from "../values/provider.ts";
import { readDimensions } from "./dimension.ts";
import { readGenAI } from "./gen-ai.ts";
import { readSwitch } from "./switch.ts";

/** The `metrics` block; alike in all dialects but for what counts as an extension. */
export const readMetrics = (reader: Reader, field: Field | null): Metrics | null => {
  const block = field === null ? null : openBlock(reader, field, { enable: "enabled" });
  if (block === null) return null;
  return {
    mode: readSwitch(reader, block),
    provider: readProvider(reader, block.get("provider"), ["Prometheus", "OTLP"], null),
    overrides: readItems(reader, block.get("overrides"))
      .map((item) => readOverride(reader, item))
      .filter((override) => override !== null),
    genAI: readGenAI(reader, block.get("genAI")),
  };
};

const readOverride = (reader: Reader, field: Field): MetricOverride | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const nameField = block.get("name");
  if (nameField === null)
    reader.report("TP2002", { field: `${block.path}.name`, example: "name: request_count" }, block.span);
  const name = readText(reader, nameField);
  const type = readText(reader, block.get("type"));
  const disabled =
    readBoolean(reader, block.get("disabled")) ?? located(false, { kind: "default", rule: "families are kept" });
  const dimensions = readDimensions(reader, block.get("dimensions"));
  return name === null ? null : { name, type, disabled, ...dimensions };
};

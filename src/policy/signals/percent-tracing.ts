import { type Located, located } from "../../diagnostics/origin.ts";
import { type Block, type Field, openBlock, type Reader, readBoolean, readItems, readText } from "../reader.ts";
import type { AttributeRule, Rate, Tracing } from "../types.ts";
import { readProvider } from "../values/provider.ts";
import { readPercent } from "../values/rate.ts";
import { readSource } from "../values/source.ts";
import { readSwitch } from "./switch.ts";

const everything: Rate = { numerator: 1, denominator: 1 };
const names = { literal: "literalValue", header: "fromHeader", attribute: "fromAttribute" } as const;

/** What is taken when no rate is written: what arrives is kept. */
export const keepAll = (rule: string): Located<Rate> => located(everything, { kind: "default", rule });

/** The `tracing` block as both dialects before GEP-4768 have it. The agentic one has no provider type. */
export const readPercentTracing = (reader: Reader, field: Field | null): Tracing | null => {
  const block = field === null ? null : openBlock(reader, field, { enable: "enabled" });
  if (block === null) return null;
  return {
    mode: readSwitch(reader, block),
    provider: readProvider(reader, block.get("provider"), ["OTLP"], reader.dialect === "draft" ? null : "OTLP"),
    rootRate: readPercent(reader, block.get("samplingRate")) ?? keepAll("no sampling rate: what arrives is kept"),
    parentRate: readParentRate(reader, block),
    attributes: readItems(reader, block.get("customAttributes"))
      .map((item) => readAttribute(reader, item))
      .filter((attribute) => attribute !== null),
    serviceName: null,
    spanName: null,
    propagation: readItems(reader, block.get("context"), 16)
      .map((item) => readText(reader, item))
      .filter((format) => format !== null),
    captureMessageContent: readBoolean(reader, block.get("captureMessageContent")),
  };
};

/** `enabled` is required in the draft's types (`bool` without omitempty), so an absent one means off. */
const readParentRate = (reader: Reader, tracing: Block): Located<Rate> | null => {
  const field = tracing.get("parentBasedSampling");
  const block = field === null ? null : openBlock(reader, field, { enable: "enabled" });
  if (block === null) return null;
  const enabledField = block.get("enabled");
  if (enabledField === null)
    reader.report("TP2002", { field: `${block.path}.enabled`, example: "enabled: true" }, block.span);
  const enabled = readBoolean(reader, enabledField);
  const rate = readPercent(reader, block.get("samplingRate"));
  if (enabled?.value !== true) return null;
  return rate ?? keepAll("parent-based sampling without a rate keeps what the parent sampled");
};

const readAttribute = (reader: Reader, field: Field): AttributeRule | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const nameField = block.get("attributeName");
  if (nameField === null)
    reader.report("TP2002", { field: `${block.path}.attributeName`, example: "attributeName: env" }, block.span);
  const name = readText(reader, nameField);
  const source = readSource(reader, block, names);
  return name === null || source === null ? null : { name, source };
};

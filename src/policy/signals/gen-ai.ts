import { located } from "../../diagnostics/origin.ts";
import {
  type Field,
  openBlock,
  type Reader,
  readBoolean,
  readItems,
  readNumber,
  readText,
  readWord,
  wrongType,
} from "../reader.ts";
import type { GenAI } from "../types.ts";
import { readDimensions } from "./dimension.ts";

/** `metrics.genAI`, an extension in every dialect: present means on, unless `enabled: false`. */
export const readGenAI = (reader: Reader, field: Field | null): GenAI | null => {
  const block = field === null ? null : openBlock(reader, field);
  if (block === null) return null;
  return {
    enabled: readBoolean(reader, block.get("enabled")) ?? located(true, { kind: "default", rule: "genAI is present" }),
    profile: readWord(reader, block.get("profile"), ["latest", "v1.41"]),
    source: readWord(reader, block.get("source"), ["gateway-logs", "gateway-spans", "client-spans", "client-metrics"]),
    prices: present(readItems(reader, block.get("prices")).map((item) => readText(reader, item))),
    ...readDimensions(reader, block.get("dimensions")),
    budgets: present(readItems(reader, block.get("budgets")).map((item) => readBudget(reader, item))),
  };
};

const readBudget = (reader: Reader, field: Field): GenAI["budgets"][number] | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const nameField = block.get("name");
  if (nameField === null) reader.report("TP2002", { field: `${block.path}.name`, example: "name: team-a" }, block.span);
  const amountField = block.get("usdPerMonth");
  if (amountField === null)
    reader.report("TP2002", { field: `${block.path}.usdPerMonth`, example: "usdPerMonth: 500" }, block.span);
  const name = readText(reader, nameField);
  const usdPerMonth = readNumber(reader, amountField);
  const by = readText(reader, block.get("by"));
  if (amountField !== null && usdPerMonth !== null && usdPerMonth.value <= 0) {
    wrongType(reader, amountField, "a number above 0");
    return null;
  }
  return name === null || usdPerMonth === null ? null : { name, usdPerMonth, by };
};

const present = <T>(values: readonly (T | null)[]): readonly T[] => values.filter((value) => value !== null);

import type { Segment } from "../../genai/price.ts";
import type { PriceForm } from "../../genai/price-form.ts";
import type { RateKind } from "../../genai/price-table.ts";
import { quoted } from "../ottl.ts";

type Column = RateKind | "perCall" | "perWebSearch";

/** A number of at most `width` characters that reads back as itself: JavaScript's shortest form, zeros before it. */
const cell = (value: number, width: number): string => decimal(value).padStart(width, "0");

/** Never with an exponent, whose sign zeros in front would not survive. */
const decimal = (value: number): string => {
  // Twelve digits: what floating point left behind when the price was divided is no price.
  const text = String(Number(value.toPrecision(12)));
  if (!text.includes("e")) return text;
  const [mantissa = "", exponent = "0"] = text.split("e");
  const digits = mantissa.replace(".", "");
  return `0.${"0".repeat(-Number(exponent) - 1)}${digits}`;
};

/**
 * One kind of rate of every row from `from` on, as a text cut by position. A column apart for each kind: parsing a
 * literal takes time in the square of its length.
 */
export const rateOf = (form: PriceForm, column: Column, from: number, row: string): string => {
  const values = form.rows.slice(from).map(({ rates }) => rates[column]);
  const width = Math.max(1, ...values.map((value) => decimal(value).length));
  const text = quoted(values.map((value) => cell(value, width)).join(""));
  return `Double(Substring(${text}, (${row} - ${from}) * ${width}, ${width}))`;
};

/** Whether any row sets this kind apart from the one it is a part of. */
export const isSetApart = (form: PriceForm, column: Column, from: keyof Segment | null): boolean =>
  form.rows.some(({ rates }) => (from === null ? rates[column] !== 0 : rates[column] !== rates[from]));

const boundWidth = 10;
const noBound = 10 ** boundWidth - 1;

/** Most input tokens for which a tiered row holds. */
export const boundOf = (form: PriceForm, row: string): string => {
  const { from, to } = form.tiered;
  const text = form.rows
    .slice(from, to)
    .map(({ below }) => String(Math.min(below, noBound)).padStart(boundWidth, "0"))
    .join("");
  return `Int(Substring(${quoted(text)}, (${row} - ${from}) * ${boundWidth}, ${boundWidth}))`;
};

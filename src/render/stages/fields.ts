import type { FieldRef, Stage } from "../../plan/types.ts";
import { attribute, quoted } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { type Tree, traced } from "../tree.ts";

const cell = (index: number): string => `log.cache["f${index}"]`;

/** RFC 3339 with milliseconds, UTC, as Envoy writes it. */
const startTime = 'FormatTime(log.time, "%Y-%m-%dT%H:%M:%S.%LZ")';

const read = (field: FieldRef, index: number): readonly string[] => {
  const put = (value: string): string =>
    `set(${cell(index)}, ${value}) where ${cell(index)} == nil and ${value} != nil`;
  const written = attribute("log", field.name);
  switch (field.from.kind) {
    case "startTime":
      return [put(written), `set(${cell(index)}, ${startTime}) where ${cell(index)} == nil and log.time_unix_nano > 0`];
    case "attribute":
      if (field.name === "trace_id" || field.name === "span_id") {
        const id = `log.${field.name}.string`;
        return [put(written), `set(${cell(index)}, ${id}) where ${cell(index)} == nil and ${id} != ""`];
      }
      return [put(attribute("log", field.from.key)), put(written)];
    case "header":
      return [put(attribute("log", stamps.header(field.from.name))), put(written)];
  }
};

/** Keeps exactly these values, under these names, in this order; an absent one is left out here and `null` in a line. */
export const fieldsStatements = (stage: Extract<Stage, { kind: "fields" }>): readonly Tree[] =>
  [
    ...stage.fields.flatMap(read),
    "keep_keys(log.attributes, [])",
    ...stage.fields.map(
      (field, index) =>
        `set(${attribute("log", field.name)}, ${cell(index)}) where ${cell(index)} != nil and ${cell(index)} != "-"`,
    ),
  ].map((statement) => traced(stage.origin, statement));

/** One JSON value: `String([x])` is a one-element array in JSON; its brackets are cut off. */
const json = (index: number): string => `Substring(log.cache["j${index}"], 1, Len(log.cache["j${index}"]) - 2)`;

const line = (fields: readonly FieldRef[], as: "JSON" | "Text"): string => {
  const parts = fields.flatMap((field, index) => {
    const key =
      as === "JSON"
        ? `${index === 0 ? "{" : ","}${JSON.stringify(field.name)}:`
        : `${index === 0 ? "" : " "}${field.name}=`;
    return [quoted(key), json(index)];
  });
  return `Concat([${[...parts, ...(as === "JSON" ? [quoted("}")] : [])].join(", ")}], "")`;
};

/** Turns a record into its line. With fields, in their order; without, all attributes, or the text the proxy itself wrote. */
export const formatStatements = (
  stage: Extract<Stage, { kind: "format" }>,
  fields: readonly FieldRef[] | null,
): readonly Tree[] => {
  const statements =
    fields === null
      ? stage.as === "JSON"
        ? ["set(log.body, String(log.attributes))"]
        : ['set(log.body, String(log.attributes)) where not IsString(log.body) or log.body == ""']
      : [
          ...fields.map((field, index) => `set(log.cache["j${index}"], String([${attribute("log", field.name)}]))`),
          `set(log.body, ${line(fields, stage.as)})`,
        ];
  return statements.map((statement) => traced(stage.origin, statement));
};

import type { Constant, FieldType, Place, Term } from "../../cel/condition.ts";
import { attribute, quoted, type RecordContext } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import { type Formula, leaf } from "./formula.ts";

/** Records that a condition can be asked of. */
export type AskableContext = Exclude<RecordContext, "datapoint">;

/** An OTTL value and what must hold, in this order, before it may be read: then reading it never fails. */
export type Read = { readonly value: string; readonly guards: readonly Formula[] };

export const readPlace = (context: AskableContext, place: Place, type: FieldType): Read => {
  switch (place.kind) {
    case "attribute":
      return typed(attribute(context, place.key), type);
    case "input":
      return typed(attribute(context, stamps.input(place.key)), type);
    case "header":
      return typed(attribute(context, stamps.input(`${place.side}.header.${place.name}`)), type);
    case "duration":
      return context === "span"
        ? {
            value: "(span.end_time_unix_nano - span.start_time_unix_nano)",
            guards: [leaf("span.start_time_unix_nano > 0"), leaf("span.end_time_unix_nano >= span.start_time_unix_nano")],
          }
        : typed(attribute(context, "http.server.request.duration"), "duration");
  }
};

const typed = (path: string, type: FieldType): Read => ({ value: path, guards: [leaf(typeTest(path, type))] });

const typeTest = (path: string, type: FieldType): string => {
  switch (type) {
    case "string":
      return `IsString(${path})`;
    case "int":
      return `IsInt(${path})`;
    case "bool":
      return `IsBool(${path})`;
    // Seconds; a whole number of them may arrive as an integer.
    case "duration":
      return `(IsDouble(${path}) or IsInt(${path}))`;
  }
};

const smallest = "-9223372036854775808";

/** A 64-bit integer as OTTL reads it: the sign is an operator there, so the smallest one has no literal. */
export const integer = (value: string): string => (value === smallest ? "(-9223372036854775807 - 1)" : value);

/** A double needs digits on both sides of its dot. */
const decimal = (value: string): string => {
  const [mantissa = "0", exponent] = value.split("e");
  const dotted = mantissa.includes(".") ? mantissa : `${mantissa}.0`;
  return exponent === undefined ? dotted : `${dotted}e${exponent}`;
};

const seconds = (ns: string): string => {
  const digits = ns.replace("-", "").padStart(10, "0");
  return `${ns.startsWith("-") ? "-" : ""}${digits.slice(0, -9)}.${digits.slice(-9).replace(/0+$/, "") || "0"}`;
};

const constant = (context: AskableContext, term: Constant): string => {
  switch (term.type) {
    case "string":
      return quoted(term.value);
    case "int":
      return integer(term.value);
    case "double":
      return decimal(term.value);
    case "bool":
      return String(term.value);
    // Spans know their nanoseconds, access logs say seconds.
    case "duration":
      return context === "span" ? integer(term.ns) : seconds(term.ns);
  }
};

/** A term as an OTTL value with its guards. */
export const readTerm = (context: AskableContext, term: Term): Read => {
  const read = (of: Term): Read => readTerm(context, of);
  switch (term.kind) {
    case "constant":
      return { value: constant(context, term), guards: [] };
    case "field":
      return readPlace(context, term.place, term.type);
    case "concat": {
      const parts = term.parts.map(read);
      return {
        value: `Concat([${parts.map(({ value }) => value).join(", ")}], "")`,
        guards: parts.flatMap(({ guards }) => guards),
      };
    }
    case "toInt": {
      const { value, guards } = read(term.of);
      return { value: `Int(${value})`, guards: [...guards, leaf(`Int(${value}) != nil`)] };
    }
    case "toText": {
      const { value, guards } = read(term.of);
      return { value: `String(${value})`, guards };
    }
    case "toDouble": {
      const { value, guards } = read(term.of);
      return { value: `Double(${value})`, guards };
    }
    case "arithmetic":
      return arithmetic(term.op, read(term.left), read(term.right), term);
  }
};

const largest = "9223372036854775807";
const least = integer(smallest);

/** CEL ends in an error where a 64-bit integer overflows, OTTL wraps around: the guard tells where it would. */
const arithmetic = (
  op: Extract<Term, { kind: "arithmetic" }>["op"],
  left: Read,
  right: Read,
  term: Extract<Term, { kind: "arithmetic" }>,
): Read => {
  const [a, b] = [left.value, right.value];
  const known = term.right.kind === "constant" && term.right.type === "int" ? BigInt(term.right.value) : null;
  const guards = [...left.guards, ...right.guards];
  const guarded = (value: string, guard: string | null): Read => ({
    value: `(${value})`,
    guards: guard === null ? guards : [...guards, leaf(guard)],
  });
  switch (op) {
    case "+":
      return guarded(
        `${a} + ${b}`,
        `((${b} >= 0 and ${a} <= ${largest} - ${b}) or (${b} < 0 and ${a} >= ${least} - ${b}))`,
      );
    case "-":
      return guarded(
        `${a} - ${b}`,
        `((${b} >= 0 and ${a} >= ${least} + ${b}) or (${b} < 0 and ${a} <= ${largest} + ${b}))`,
      );
    case "*": {
      // Where |b| is a literal, the bounds of a are too; otherwise the product is checked by division.
      const unfit = `(${b} == -1 and ${a} == ${least})`;
      return guarded(`${a} * ${b}`, `(${b} == 0 or (not ${unfit} and (${a} * ${b}) / ${b} == ${a}))`);
    }
    case "/":
      return guarded(`${a} / ${b}`, divides(a, b, known));
    case "%":
      return guarded(`${a} - (${a} / ${b}) * ${b}`, divides(a, b, known));
  }
};

const divides = (a: string, b: string, known: bigint | null): string | null =>
  known !== null && known !== 0n && known !== -1n
    ? null
    : `(${b} != 0 and not (${b} == -1 and ${a} == ${least}))`;

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
            guards: [
              leaf("span.start_time_unix_nano > 0"),
              leaf("span.end_time_unix_nano >= span.start_time_unix_nano"),
            ],
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
      return arithmetic(term, read(term.left), read(term.right));
  }
};

const largest = 9223372036854775807n;
const least = -largest - 1n;

const knownInt = (term: Term): bigint | null =>
  term.kind === "constant" && term.type === "int" ? BigInt(term.value) : null;

type Arithmetic = Extract<Term, { kind: "arithmetic" }>;

/** CEL ends in an error where a 64-bit integer overflows, OTTL wraps around: the guard tells where it would. */
const arithmetic = ({ op, left, right }: Arithmetic, a: Read, b: Read): Read => {
  const [x, y] = [a.value, b.value];
  const guard = fits(op, x, y, knownInt(left), knownInt(right));
  const guards = [...a.guards, ...b.guards, ...(guard === null ? [] : [leaf(guard)])];
  const value = op === "%" ? `${x} - (${x} / ${y}) * ${y}` : `${x} ${op} ${y}`;
  return { value: `(${value})`, guards };
};

const int = (value: bigint): string => integer(String(value));

/** True where the result is a 64-bit integer; null where it always is. `m` and `n`: the operands that are literals. */
const fits = (op: Arithmetic["op"], x: string, y: string, m: bigint | null, n: bigint | null): string | null => {
  switch (op) {
    case "+":
      if (n !== null) return n >= 0n ? `${x} <= ${int(largest - n)}` : `${x} >= ${int(least - n)}`;
      if (m !== null) return m >= 0n ? `${y} <= ${int(largest - m)}` : `${y} >= ${int(least - m)}`;
      return `((${y} >= 0 and ${x} <= ${largest} - ${y}) or (${y} < 0 and ${x} >= ${int(least)} - ${y}))`;
    case "-":
      if (n !== null) return n >= 0n ? `${x} >= ${int(least + n)}` : `${x} <= ${int(largest + n)}`;
      if (m === 0n) return `${y} != ${int(least)}`;
      return `((${y} >= 0 and ${x} >= ${int(least)} + ${y}) or (${y} < 0 and ${x} <= ${largest} + ${y}))`;
    case "*":
      // A product that wrapped around does not divide back.
      return `(${y} == 0 or (not (${y} == -1 and ${x} == ${int(least)}) and (${x} * ${y}) / ${y} == ${x}))`;
    case "/":
    case "%":
      return n !== null && n !== 0n && n !== -1n ? null : `(${y} != 0 and not (${y} == -1 and ${x} == ${int(least)}))`;
  }
};

import type { ArithmeticOperator, ComparisonOperator } from "./ast.ts";
import { isInt64 } from "./value.ts";

/** 64-bit integer arithmetic as CEL defines it; null is CEL's error: overflow or division by zero. */
export const foldInts = (op: ArithmeticOperator, a: bigint, b: bigint): bigint | null => {
  const result = ((): bigint | null => {
    switch (op) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "/":
        return b === 0n ? null : a / b;
      case "%":
        // CEL divides first, so the one overflowing quotient is an error here too.
        return b === 0n || !isInt64(a / b) ? null : a % b;
    }
  })();
  return result === null || !isInt64(result) ? null : result;
};

/** IEEE 754; CEL has no `%` on doubles. */
export const foldDoubles = (op: Exclude<ArithmeticOperator, "%">, a: number, b: number): number => {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
  }
};

export const holds = <T extends bigint | number | string>(by: ComparisonOperator, a: T, b: T): boolean => {
  switch (by) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    case ">=":
      return a >= b;
  }
};

/** Texts by code point, as CEL orders them; JavaScript would order by UTF-16 unit. */
export const holdsForTexts = (by: ComparisonOperator, a: string, b: string): boolean => {
  const order = Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
  return holds(by, order, 0);
};

/** `b OP a` for `a OP b`. */
export const mirrored = (by: ComparisonOperator): ComparisonOperator => {
  switch (by) {
    case "<":
      return ">";
    case "<=":
      return ">=";
    case ">":
      return "<";
    case ">=":
      return "<=";
    default:
      return by;
  }
};

/** CEL's `int()` of a text: decimal digits with an optional sign, within 64 bits. Source: Go's strconv.ParseInt, which both sides use. */
export const intFromText = (text: string): bigint | null => {
  if (!/^[+-]?[0-9]+$/.test(text)) return null;
  const value = BigInt(text.replace(/^\+/, ""));
  return isInt64(value) ? value : null;
};

/** CEL's `int()` of a double: towards zero; the ends of the range are not representable and therefore errors. */
export const intFromDouble = (value: number): bigint | null =>
  Number.isFinite(value) && value > -(2 ** 63) && value < 2 ** 63 ? BigInt(Math.trunc(value)) : null;

const units: { readonly [unit: string]: bigint } = {
  h: 3_600_000_000_000n,
  m: 60_000_000_000n,
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ns: 1n,
};

/** CEL's `duration()` of a text, in nanoseconds: `1h30m`, `500ms`, `-1.5s`, `0`. Source: Go's time.ParseDuration. */
export const nanosecondsFromText = (text: string): bigint | null => {
  const sign = text.startsWith("-") ? -1n : 1n;
  const rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0n;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return null;
  let total = 0n;
  for (const [, whole = "", fraction = "", unit = ""] of rest.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const size = units[unit] ?? 0n;
    total += BigInt(whole === "" ? "0" : whole) * size;
    if (fraction !== "") total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length);
  }
  return isInt64(total) ? sign * total : null;
};

import fc from "fast-check";
import { celCondition, headerNames, integers, quote, texts } from "./cel-arbitrary.ts";

/** What cel-js decides otherwise than CEL, so that only cel-go can be asked: RE2's own syntax, odd numbers, letters outside ASCII. */
const re2 = [
  "(?i)GET",
  "(?i)^/API",
  "[[:alpha:]]+[[:digit:]]",
  "\\\\pL",
  "\\\\p{Greek}|\\\\p{Han}",
  "(?s)^.$",
  "(?m)^v1$",
  "\\\\z",
  "\\\\Aget\\\\b",
  "(?P<rest>/.*)$",
  "a{0,3}?b",
  "[^[:space:]]{9,}",
  "(?U)/.*/",
  "\\\\x2f",
  "\\\\Qa$b\\\\E",
];

const name = fc.constantFrom(
  ...Object.keys(texts),
  ...headerNames.map((header) => `request.headers[${quote(header)}]`),
);
const whole = fc.constantFrom(...Object.keys(integers));
const comparison = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
const order = fc.constantFrom("<", "<=", ">", ">=");
const near = fc.constantFrom(
  "9.223372036854775807e18",
  "9223372036854774784.0",
  "-9.223372036854775808e18",
  "1e308",
  "-1e308",
  "4503599627370496.5",
  "0.1",
  "-0.0",
);

const odd: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(name, fc.constantFrom(...re2)).map(([a, pattern]) => `${a}.matches("${pattern}")`),
  fc.tuple(whole, comparison, whole).map(([a, op, b]) => `-(${a}) ${op} ${b}`),
  fc.tuple(whole, order, near).map(([a, op, b]) => `${a} ${op} ${b}`),
  fc.tuple(near, order, whole).map(([a, op, b]) => `${a} ${op} ${b}`),
  fc
    .tuple(fc.constantFrom("", "0b1", "0x10", "1_000", " 1", "1e3", "-0", "+7", "007", "９"), comparison)
    .map(([text, op]) => `int(${quote(text)}) ${op} 7`),
  fc.tuple(name, comparison).map(([a, op]) => `int(${a}) ${op} 12`),
  fc
    .tuple(name, fc.constantFrom("É", "é", "ß", "İ", "get", "K"), fc.constantFrom("==", "!="))
    .map(([a, text, op]) => `${a}.lowerAscii() ${op} ${quote(text)}`),
  fc
    .tuple(name, comparison, fc.constantFrom("\u{ffff}", "\u{10000}", "\u{1f600}"))
    .map(([a, op, b]) => `${a} ${op} ${quote(b)}`),
  fc.tuple(name, fc.integer({ min: 0, max: 9 })).map(([a, n]) => `size(${a}) > ${n} && size(${quote("日本😀")}) == 3`),
);

/** Conditions with such a part, alone or among others. */
export const oddCondition: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: odd },
  { weight: 1, arbitrary: odd.map((a) => `!(${a})`) },
  {
    weight: 3,
    arbitrary: fc.tuple(odd, fc.constantFrom("&&", "||"), celCondition).map(([a, op, b]) => `(${a}) ${op} (${b})`),
  },
  { weight: 1, arbitrary: fc.tuple(odd, odd, odd).map(([c, a, b]) => `(${c}) ? (${a}) : (${b})`) },
);

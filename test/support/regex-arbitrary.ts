import fc from "fast-check";

const piece = fc.constantFrom(
  ..."abcxyz/.-_019 ÄéK日😀",
  ".",
  "\\d",
  "\\w",
  "\\S",
  "\\b",
  "\\pL",
  "\\p{Greek}",
  "\\x41",
  "\\x{1F600}",
  "\\Qa.b\\E",
  "\\n",
  "\\t",
  "\\.",
  "[a-c]",
  "[^/]",
  "[[:alpha:]]",
  "[\\d\\-]",
  "[^\\n]",
  "(?i:ab)",
  "(?s:.)",
  "(?P<n>a)",
  "(?:)",
  "^",
  "$",
  "\\A",
  "\\z",
  "|",
);
/** What RE2 has not, or what is half written. */
const odd = fc.constantFrom(
  "(?=a)",
  "(?<!a)",
  "\\1",
  "(?>a)",
  "a**",
  "[",
  ")",
  "{2,1}",
  "a{1001}",
  "\\Z",
  "\\u0041",
  "(?x)",
  "\\c",
  "{",
  "]",
  "}",
);
const times = fc.constantFrom("", "", "", "*", "+", "?", "*?", "{2}", "{1,3}", "{0}");

const sequence = (nested: fc.Arbitrary<string>, oddly: number): fc.Arbitrary<string> =>
  fc
    .array(
      fc.tuple(
        fc.oneof(
          { weight: 8, arbitrary: piece },
          { weight: 2, arbitrary: nested.map((inner) => `(${inner})`) },
          { weight: oddly, arbitrary: odd },
        ),
        times,
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.map(([one, many]) => (one === "|" ? one : one + many)).join(""));

/** Random patterns, most of them RE2. */
export const pattern: fc.Arbitrary<string> = fc.letrec<{ regex: string }>((tie) => ({
  regex: fc.oneof({ maxDepth: 2, depthSize: "small" }, piece, sequence(tie("regex"), 0), sequence(tie("regex"), 1)),
})).regex;

export const matchedTexts: readonly string[] = [
  "",
  "a",
  "abc",
  "ABC",
  "a.b",
  "/api/v1/a-b_c",
  "line one\nline two\n",
  "é",
  "Ä日本",
  "😀x",
  "αβγ",
  "K", // KELVIN SIGN folds to k
  "ſ",
  "0123456789",
  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
  "x y\tz",
];

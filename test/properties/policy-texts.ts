import fc from "fast-check";

/** Fragments that have a meaning to YAML, to the dialects, or to a terminal. */
const fragments = [
  "",
  " ",
  "  ",
  "\t",
  "\n",
  "\r\n",
  ": ",
  "- ",
  "#",
  "---\n",
  "...\n",
  "{",
  "}",
  "[",
  "]",
  ",",
  "'",
  '"',
  "|",
  ">",
  "&a ",
  "*a",
  "!x ",
  "!!str ",
  "<<: ",
  "? ",
  "%YAML 1.1\n",
  "null",
  "~",
  "true",
  "yes",
  "-1",
  "0",
  "5.5",
  "120",
  "1e400",
  ".nan",
  "0x1F",
  "9007199254740993",
  '"\\ud800"',
  "é😀",
  "\u0000",
  "\u001b[31m",
  "\u2028",
  "\ufeff",
  "__proto__: {x: 1}\n",
  "constructor",
  "toString: 1\n",
  "${env:HOME}",
  "$",
  "percent: ",
  "numerator: ",
  "enabled: ",
  "enable: ",
  "mode: Enabled\n",
  "spec:\n",
  "targetRef: ",
  "targetRefs: ",
  "kind: List\nitems:\n",
  "kind: TelemetryPolicy\n",
  "apiVersion: gateway.networking.x-k8s.io/v1alpha1\n",
  "otel-policy.dev/metrics.genAI: '{'\n",
  "localhost:4317",
  "https://a.example",
  "matches: [{}]",
  "name: \n",
] as const;

type Edit = readonly [kind: number, at: number, to: number, fragment: string];

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.nat({ max: 8 }),
  fc.nat({ max: 1_000_000 }),
  fc.nat({ max: 1_000_000 }),
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...fragments) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  ),
);

/** A sample with some edits that keep most of its structure. */
const mutate = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((current, [kind, a, b, fragment]) => {
    const lines = current.split("\n");
    const line = a % lines.length;
    const other = b % lines.length;
    const at = a % (current.length + 1);
    if (kind === 0) return current.slice(0, at) + fragment + current.slice(at);
    if (kind === 1) return current.slice(0, at) + current.slice(at + (b % 8));
    if (kind === 2) return lines.toSpliced(line, 1).join("\n");
    if (kind === 3) return lines.toSpliced(other, 0, lines[line] ?? "").join("\n");
    if (kind === 4) return lines.with(line, `${" ".repeat(b % 7)}${lines[line]?.trimStart()}`).join("\n");
    if (kind === 5)
      return lines
        .with(
          line,
          (lines[line] ?? "").replace(/:.*$/, () => `: ${fragment}`),
        )
        .join("\n");
    if (kind === 6)
      return lines
        .with(
          line,
          (lines[line] ?? "").replace(/^(\s*)[^:]*:/, (_all, space: string) => `${space}${fragment}:`),
        )
        .join("\n");
    if (kind === 7) return current.slice(0, at);
    return lines
      .with(line, lines[other] ?? "")
      .with(other, lines[line] ?? "")
      .join("\n");
  }, text);

export const fuzzedText = (samples: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 6 }))
        .map(([text, edits]) => mutate(text, edits)),
    },
    { weight: 2, arbitrary: fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constantFrom(...samples), fc.constantFrom(...samples)).map(([a, b]) => `${a}---\n${b}`),
    },
  );

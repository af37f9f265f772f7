import { row } from "../code-table.ts";

const closed = "nothing is logged on a condition that is only half understood, so this match holds for no record";

/** TP28xx: conditions in CEL. `column` is told where the file cannot be pointed into: folded and escaped scalars. */
export const celCodes = {
  TP2801: row<{ problem: string; column: number | null }>({
    severity: "error",
    title: "CEL does not parse",
    message: ({ problem, column }) => `the CEL expression cannot be read: ${problem}${at(column)}`,
    why: closed,
    fix: 'operators are == != < <= > >= && || ! in ?:, texts stand in quotes: request.path.startsWith("/api/") && response.code >= 500',
  }),
  TP2802: row<{ problem: string; hint: string | null; column: number | null }>({
    severity: "error",
    title: "CEL types do not fit",
    message: ({ problem, column }) => `the CEL expression has a type error: ${problem}${at(column)}`,
    why: closed,
    fix: ({ hint }) =>
      hint ??
      'compare values of one type: whole numbers without quotes or dot, texts in quotes, durations as duration("500ms")',
  }),
  TP2803: row<{ name: string; suggestion: string; column: number | null }>({
    severity: "error",
    title: "unknown name in CEL",
    message: ({ name, suggestion, column }) =>
      `"${name}" is no attribute that a condition can ask for${suggestion}${at(column)}`,
    why: closed,
    fix: 'use an attribute of the request or response: request.path, request.method, request.headers["x-team"], response.code, request.duration, …',
  }),
  TP2804: row<{ text: string; reason: string; nearest: string | null; column: number | null }>({
    severity: "error",
    title: "CEL that a Collector cannot decide",
    message: ({ text, reason, column }) => `"${text}" cannot be decided exactly: ${reason}${at(column)}`,
    why: closed,
    fix: ({ nearest }) =>
      nearest === null ? "leave it out, or let the proxy decide it" : `the nearest that can be said: ${nearest}`,
  }),
  TP2805: row<{ pattern: string; reason: string; column: number | null }>({
    severity: "error",
    title: "regular expression is no RE2",
    message: ({ pattern, reason, column }) =>
      `pattern "${pattern}" is no RE2 regular expression: ${reason}${at(column)}`,
    why: "CEL and Collectors match with RE2, in time linear to the text: it has no look-around and no back-references",
    fix: "say it without them, or with several conditions joined by && and !",
  }),
  TP2806: row<{ type: string }>({
    severity: "error",
    title: "CEL is no condition",
    message: ({ type }) => `the CEL expression gives a value of type ${type}, not true or false`,
    why: closed,
    fix: 'compare it with something: … == "value", or ask has(…)',
  }),
  TP2807: row<{ answer: "every" | "no" }>({
    severity: "warning",
    title: "condition that does not depend on the record",
    message: ({ answer }) => `the CEL expression holds for ${answer} record`,
    why: "a match that is always the same is most often a slip",
    fix: ({ answer }) =>
      answer === "every" ? "remove the whole list of matches to log every request" : "correct it, or remove the match",
  }),
  TP2808: row<{ comparisons: number; limit: number }>({
    severity: "error",
    title: "CEL expression too large",
    message: ({ comparisons, limit }) => `the CEL expression becomes ${comparisons} comparisons, more than ${limit}`,
    why: "they are made for every record; nested ?: and comparisons of conditions multiply them",
    fix: "use matches() in place of long lists, && and || in place of ?:",
  }),
  TP2809: row<{
    pattern: string;
    of: "characters" | "instructions";
    size: number;
    limit: number;
    column: number | null;
  }>({
    severity: "error",
    title: "regular expression too large",
    message: ({ pattern, of, size, limit, column }) =>
      of === "characters"
        ? `pattern "${pattern}" has ${size} characters, more than ${limit}${at(column)}`
        : `pattern "${pattern}" compiles to ${size} instructions, more than ${limit}${at(column)}`,
    why: "counted repetitions are written out, nested ones multiply; the Collector that all policies share holds the program in memory and walks it for every record",
    fix: "use * or + in place of large counts such as {1000}, or say it with several conditions joined by && and ||",
  }),
  TP2810: row<{ limit: number; column: number | null }>({
    severity: "error",
    title: "CEL value with too many branches",
    message: ({ limit, column }) => `a value of the CEL expression has more than ${limit} branches${at(column)}`,
    why: "everything that is asked of a value is asked in each of its branches, and values with branches that are put together multiply",
    fix: "decide first and compare then: (c ? a : b) == d is (c && a == d) || (!c && b == d)",
  }),
  TP2811: row<{ what: "steps" | "comparisons" | "instructions"; limit: number }>({
    severity: "error",
    title: "CEL of a policy takes too much",
    message: ({ what, limit }) => {
      switch (what) {
        case "steps":
          return `the CEL expressions of this policy take more than ${limit} steps to work out`;
        case "comparisons":
          return `the CEL expressions of this policy become more than ${limit} comparisons together`;
        case "instructions":
          return `the regular expressions of this policy compile to more than ${limit} instructions together`;
      }
    },
    why: "a policy must not make all others wait until it is worked out; nested exists(), ?: and large counts such as {1000} multiply",
    fix: "leave some of the matches out, or say them with fewer branches, entries and counted repetitions",
  }),
} as const;

function at(column: number | null): string {
  return column === null ? "" : ` (column ${column} of the expression)`;
}

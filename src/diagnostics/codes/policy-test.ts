import { row } from "../code-table.ts";

/** TP7xxx: tests of policies, and what they found. */
export const policyTestCodes = {
  TP7001: row<{ field: string; problem: string; example: string }>({
    severity: "error",
    title: "test file not understood",
    message: ({ field, problem }) => `${field} ${problem}`,
    why: "a test that is read otherwise than it was meant would pass or fail for nothing",
    fix: ({ example }) => example,
  }),
  TP7002: row<{ path: string; problem: string }>({
    severity: "error",
    title: "records cannot be sent",
    message: ({ path, problem }) => `${path} ${problem}`,
    why: "a test sends records as a proxy would, and looks at what comes out",
    fix: "give OTLP/JSON as a Collector's file exporter writes it: export requests with resourceSpans, resourceLogs or resourceMetrics, one a line or in a list",
  }),
  TP7003: row<{ test: string; expected: string; found: string }>({
    severity: "error",
    title: "expectation not met",
    message: ({ test, expected, found }) => `"${test}" expects ${expected}; found ${found}`,
    why: "the real Collector ran with these policies and got these records",
    fix: "change the policy, or the expectation if this is what is meant",
  }),
} as const;

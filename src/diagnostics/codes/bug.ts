import { row } from "../code-table.ts";

/** TP9xxx: our own mistakes. */
export const bugCodes = {
  TP9001: row<{ detail: string }>({
    severity: "error",
    title: "bug in otel-policy",
    message: ({ detail }) => `otel-policy met a case it should not have: ${detail}`,
    why: "bad input never ends here; this is our mistake",
    fix: "report it with the input that caused it",
  }),
} as const;

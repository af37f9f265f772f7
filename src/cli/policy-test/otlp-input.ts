import type { Export } from "../../traffic/batch.ts";

/** The export requests in a text of OTLP/JSON: one document, a list of them, or one a line; or why there are none. */
export const exportsIn = (text: string): readonly Export[] | { readonly problem: string } => {
  const documents = documentsIn(text);
  if ("problem" in documents) return documents;
  const exports: Export[] = [];
  for (const [at, document] of documents.entries()) {
    const found = paths.filter(({ field }) => isObject(document) && Array.isArray(document[field]));
    if (found.length === 0)
      return { problem: `is no OTLP/JSON: entry ${at + 1} has none of ${paths.map(({ field }) => field).join(", ")}` };
    for (const { path, field } of found)
      exports.push(exportOf(path, { [field]: isObject(document) ? document[field] : [] }));
  }
  return exports.length === 0 ? { problem: "is empty" } : exports;
};

const paths = [
  { path: "/v1/traces", field: "resourceSpans" },
  { path: "/v1/metrics", field: "resourceMetrics" },
  { path: "/v1/logs", field: "resourceLogs" },
] as const;

/** What it holds is the user's and goes to a Collector that checks it: its shape is not looked at here. */
const exportOf = (path: string, body: object): Export => ({ path, items: 1, body }) as unknown as Export;

const documentsIn = (text: string): readonly unknown[] | { readonly problem: string } => {
  const whole = parsed(text);
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole];
  const lines = text.split("\n").map((line) => line.trim());
  const values = lines.flatMap((line) => (line === "" ? [] : [parsed(line)]));
  const bad = values.indexOf(undefined);
  return bad === -1 ? values : { problem: `is no JSON, neither as a whole nor line by line (line ${bad + 1})` };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told by whoever asked
  }
};

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

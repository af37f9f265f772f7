import type { ExportRequest } from "../../traffic/post.ts";
import { jsonDocuments } from "../json-documents.ts";

/**
 * The export requests in a text of OTLP/JSON: one document, a list of them, or one a line; or why there are none. What they
 * hold goes to a Collector that checks it: its shape is not looked at here.
 */
export const exportsIn = (text: string): readonly ExportRequest[] | { readonly problem: string } => {
  const found = jsonDocuments(text);
  if ("problem" in found) return found;
  const documents = found.flat();
  const exports: ExportRequest[] = [];
  for (const [at, document] of documents.entries()) {
    const parts = paths.filter(({ field }) => isObject(document) && Array.isArray(document[field]));
    if (parts.length === 0)
      return { problem: `is no OTLP/JSON: entry ${at + 1} has none of ${paths.map(({ field }) => field).join(", ")}` };
    for (const { path, field } of parts)
      exports.push({ path, items: 1, body: { [field]: isObject(document) ? document[field] : [] } });
  }
  return exports.length === 0 ? { problem: "is empty" } : exports;
};

const paths = [
  { path: "/v1/traces", field: "resourceSpans" },
  { path: "/v1/metrics", field: "resourceMetrics" },
  { path: "/v1/logs", field: "resourceLogs" },
] as const;

const isObject = (value: unknown): value is { readonly [key: string]: unknown } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

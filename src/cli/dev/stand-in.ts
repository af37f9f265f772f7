import { startOtlpServer } from "../otlp-server.ts";

export type StandInCounts = { readonly spans: number; readonly logs: number; readonly points: number };

/** The backend that stands in for every provider endpoint: it counts what arrives and forgets it. */
export type StandIn = { readonly url: string; counts(): StandInCounts; close(): Promise<void> };

/** How often an id that every record of its kind has exactly once occurs in OTLP/JSON; cheaper than parsing it. */
const occurrences = (text: string, field: string): number => text.split(`"${field}":`).length - 1;

export const startStandIn = async (): Promise<StandIn> => {
  const counts = { spans: 0, logs: 0, points: 0 };
  const { url, close } = await startOtlpServer((path, body) => {
    const text = body.toString("latin1");
    if (path.endsWith("/traces")) counts.spans += occurrences(text, "spanId");
    else if (path.endsWith("/logs")) counts.logs += occurrences(text, "timeUnixNano");
    else counts.points += occurrences(text, "timeUnixNano");
  });
  return { url, counts: () => ({ ...counts }), close };
};

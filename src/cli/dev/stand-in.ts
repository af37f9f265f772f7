import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

export type StandInCounts = { readonly spans: number; readonly logs: number; readonly points: number };

/** The backend that stands in for every provider endpoint: it counts what arrives and forgets it. */
export type StandIn = { readonly url: string; counts(): StandInCounts; close(): Promise<void> };

/** How often an id that every record of its kind has exactly once occurs in OTLP/JSON; cheaper than parsing it. */
const occurrences = (text: string, field: string): number => text.split(`"${field}":`).length - 1;

export const startStandIn = async (): Promise<StandIn> => {
  const counts = { spans: 0, logs: 0, points: 0 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const type = request.headers["content-type"] ?? "application/json";
      try {
        const raw = Buffer.concat(chunks);
        const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("latin1");
        const path = request.url ?? "";
        if (path.endsWith("/traces")) counts.spans += occurrences(text, "spanId");
        else if (path.endsWith("/logs")) counts.logs += occurrences(text, "timeUnixNano");
        else counts.points += occurrences(text, "timeUnixNano");
        response.writeHead(200, { "content-type": type }).end(type.includes("json") ? "{}" : "");
      } catch (error) {
        response
          .writeHead(400, { "content-type": "text/plain" })
          .end(error instanceof Error ? error.message : "unreadable");
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    counts: () => ({ ...counts }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

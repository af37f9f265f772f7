import { Agent, request } from "node:http";
import { invariant } from "../base/assert.ts";

/** A request to an OTLP/HTTP receiver, whatever it holds; `items` counts its records. */
export type ExportRequest = { readonly path: string; readonly items: number; readonly body: object };

/** How one export request ended. `rejected` items were named by the server in a partial success. */
export type Answer = { readonly status: number | null; readonly rejected: number; readonly words: string | null };

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Connections to one OTLP/HTTP receiver on this machine. Invented traffic must never leave it. */
export const connect = (
  endpoint: string,
  maxSockets = 16,
): { post: (e: ExportRequest) => Promise<Answer>; close: () => void } => {
  const base = new URL(endpoint);
  invariant(loopback.has(base.hostname), `traffic is sent to loopback addresses only, not to ${base.hostname}`);
  const agent = new Agent({ keepAlive: true, maxSockets });
  const post = (e: ExportRequest): Promise<Answer> =>
    new Promise((resolve) => {
      const payload = Buffer.from(JSON.stringify(e.body));
      const refused = (words: string): void => resolve({ status: null, rejected: e.items, words });
      const outgoing = request(
        new URL(e.path, base),
        {
          method: "POST",
          agent,
          timeout: 30_000,
          headers: { "content-type": "application/json", "content-length": payload.length },
        },
        (response) => {
          let body = "";
          response.setEncoding("utf8");
          response.on("data", (chunk: string) => {
            body += chunk;
          });
          response.on("error", (error) => refused(error.message));
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            const ok = status >= 200 && status < 300;
            resolve(
              ok
                ? { status, ...partial(body) }
                : { status, rejected: e.items, words: `${status} ${body.slice(0, 200)}` },
            );
          });
        },
      );
      outgoing.on("timeout", () => outgoing.destroy(new Error("no answer within 30 s")));
      outgoing.on("error", (error) => refused(error.message));
      outgoing.end(payload);
    });
  return { post, close: () => agent.destroy() };
};

/** What an OTLP success response says was not taken (`partialSuccess`). */
const partial = (body: string): { rejected: number; words: string | null } => {
  try {
    const { partialSuccess } = JSON.parse(body || "{}") as {
      partialSuccess?: {
        rejectedSpans?: string;
        rejectedLogRecords?: string;
        rejectedDataPoints?: string;
        errorMessage?: string;
      };
    };
    const rejected =
      partialSuccess?.rejectedSpans ?? partialSuccess?.rejectedLogRecords ?? partialSuccess?.rejectedDataPoints ?? 0;
    return { rejected: Number(rejected), words: partialSuccess?.errorMessage ?? null };
  } catch {
    return { rejected: 0, words: `unreadable answer: ${body.slice(0, 80)}` };
  }
};

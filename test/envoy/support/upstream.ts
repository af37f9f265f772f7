import { once } from "node:events";
import { createServer } from "node:http";

/** What a model says it used, by the number of the request. */
export const usageOf = (seq: number): { readonly input: number; readonly output: number } => ({
  input: 10 + (seq % 90),
  output: 1 + (seq % 7),
});

/** Time the slow path holds a request, milliseconds. */
export const slowMs = 40;

export type Seen = { readonly seq: number; readonly traceparent: string | null };

export type Upstream = {
  readonly port: number;
  /** Requests that reached it, with the trace context the proxy gave on. */
  readonly seen: readonly Seen[];
  close(): Promise<void>;
};

/**
 * What stands behind the proxies. `/v1/…` answers like a model server, with its usage in headers; `/v1/slow` takes its
 * time, `/v1/hang` for ever; `/api/missing` is 404, `/api/broken` 503; all else is 200. `?seq=` numbers the request, and the
 * trace id that arrived is told back in `x-saw-trace`.
 */
export const startUpstream = async (): Promise<Upstream> => {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://upstream");
    const seq = Number(url.searchParams.get("seq"));
    const traceparent = String(request.headers["traceparent"] ?? "");
    seen.push({ seq, traceparent: traceparent === "" ? null : traceparent });
    request.resume().on("end", () => {
      if (url.pathname === "/v1/hang") return;
      const answer = (): void => {
        const usage = usageOf(seq);
        const isModel = url.pathname.startsWith("/v1/");
        const status = url.pathname === "/api/missing" ? 404 : url.pathname === "/api/broken" ? 503 : 200;
        response.writeHead(status, {
          "content-type": "text/plain",
          "x-saw-trace": traceparent.split("-")[1] ?? "",
          ...(isModel
            ? {
                "x-usage-input-tokens": String(usage.input),
                "x-usage-output-tokens": String(usage.output),
                "x-token-usage": String(usage.input + usage.output),
              }
            : {}),
        });
        response.end("ok");
      };
      if (url.pathname === "/v1/slow") setTimeout(answer, slowMs);
      else answer();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the upstream has no port");
  return {
    port: bound.port,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

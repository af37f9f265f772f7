import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

export type OtlpServer = { readonly url: string; close(): Promise<void> };

/** An OTLP/HTTP receiver on a free loopback port. What `take` throws is answered as a request that cannot be read. */
export const startOtlpServer = async (take: (path: string, body: Buffer) => void): Promise<OtlpServer> => {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const type = request.headers["content-type"] ?? "application/json";
      try {
        const raw = Buffer.concat(chunks);
        take(request.url ?? "", request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw);
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
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

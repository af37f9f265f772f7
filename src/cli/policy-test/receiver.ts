import { once } from "node:events";
import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

/** An OTLP/HTTP receiver for JSON that keeps the bodies in order of arrival. */
export type Receiver = { readonly url: string; readonly bodies: readonly object[]; close(): Promise<void> };

export const startReceiver = async (): Promise<Receiver> => {
  const bodies: object[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("error", () => response.destroy());
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      try {
        const body: unknown = JSON.parse(
          String(request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw),
        );
        if (typeof body === "object" && body !== null) bodies.push(body);
        response.writeHead(200, { "content-type": "application/json" }).end("{}");
      } catch {
        // Exporters of the platform's part speak protobuf unless told otherwise; ours were told.
        response.writeHead(415).end();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    bodies,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

import { once } from "node:events";
import { type ClientHttp2Session, connect, createServer } from "node:http2";

/** A gRPC server that answers each call with the status its metadata asks for: what stands behind the proxy. */
export const startGrpcUpstream = async (): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const sessions = new Set<{ destroy(): void }>();
  const server = createServer();
  server.on("session", (session) => {
    sessions.add(session);
  });
  server.on("stream", (stream, headers) => {
    stream.resume().on("end", () => {
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": String(headers["x-want-status"] ?? "0") }));
      stream.end(Buffer.from([0, 0, 0, 0, 0]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new Error("the gRPC upstream has no port");
  return {
    port: bound.port,
    close: async () => {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** One request over HTTP/2 with prior knowledge; answers its `:status` and its trailers. */
const ask = (
  session: ClientHttp2Session,
  headers: { readonly [name: string]: string },
  body: Buffer | null,
): Promise<{ readonly status: number; readonly grpcStatus: string | null }> =>
  new Promise((resolve, reject) => {
    const stream = session.request({ ":authority": "chat.example.com", ...headers });
    let status = 0;
    let grpcStatus: string | null = null;
    stream.on("response", (answer) => {
      status = Number(answer[":status"]);
      grpcStatus ??= answer["grpc-status"] === undefined ? null : String(answer["grpc-status"]);
    });
    stream.on("trailers", (trailers) => {
      grpcStatus = String(trailers["grpc-status"]);
    });
    stream.resume().on("end", () => resolve({ status, grpcStatus }));
    stream.on("error", reject);
    stream.end(body ?? undefined);
  });

/** Requests on one HTTP/2 connection, all at once. */
export const overHttp2 = async (
  port: number,
  requests: readonly { readonly path: string; readonly grpcStatus?: string }[],
): Promise<readonly { readonly status: number; readonly grpcStatus: string | null }[]> => {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    return await Promise.all(
      requests.map(({ path, grpcStatus }) =>
        grpcStatus === undefined
          ? ask(session, { ":path": path, ":method": "GET" }, null)
          : ask(
              session,
              {
                ":path": path,
                ":method": "POST",
                "content-type": "application/grpc",
                te: "trailers",
                "x-want-status": grpcStatus,
              },
              Buffer.from([0, 0, 0, 0, 0]),
            ),
      ),
    );
  } finally {
    session.close();
  }
};

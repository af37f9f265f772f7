import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Serve, Served } from "../agent/options.ts";
import { hostOf, isOwnHost } from "./host.ts";
import { type Answer, problem, routes } from "./routes.ts";

/** Serves probes, metrics and the JSON API at `listen` (`host:port`, IPv6 in brackets). Rejects when it cannot listen. */
export const serve: Serve = (listen, served) => {
  const host = hostOf(listen);
  const port = Number(/:(\d+)$/.exec(listen)?.[1]);
  const server = createServer((request, response) => {
    void answerTo(request, served, host).then((answer) => send(request, response, answer));
  });
  // Probes and pages are small; whoever dribbles a request holds nothing up.
  server.requestTimeout = 10_000;
  server.headersTimeout = 5000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      const address = server.address();
      const bound = typeof address === "object" && address !== null ? address.port : port;
      resolve({
        url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
};

const answerTo = async (request: IncomingMessage, served: Served, listenHost: string): Promise<Answer> => {
  if (!isOwnHost(request.headers.host, listenHost)) {
    return problem(421, "the Host header names another host; use localhost, an address, or the name of --listen");
  }
  const [path = "/", query = ""] = (request.url ?? "/").split("?");
  const route = routes.get(path);
  if (route === undefined) return problem(404, "there is nothing here", { paths: [...routes.keys()] });
  const isAllowed = request.method === route.method || (route.method === "GET" && request.method === "HEAD");
  if (!isAllowed) return problem(405, `${path} takes ${route.method} only`, { allow: route.method });
  // Browsers name the site that acts; none is ours.
  if (route.method === "POST" && request.headers.origin !== undefined) return problem(403, "not from a web page");
  try {
    return await route.answer(served, {
      peer: request.socket.remoteAddress,
      query: new URLSearchParams(query),
    });
  } catch (error) {
    return problem(500, error instanceof Error ? error.message : String(error));
  }
};

const send = (request: IncomingMessage, response: ServerResponse, { status, type, body }: Answer): void => {
  request.resume(); // a body nobody reads must not keep the connection
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    ...(status === 405 ? { allow: routes.get((request.url ?? "").split("?")[0] ?? "")?.method ?? "" } : {}),
  });
  response.end(request.method === "HEAD" ? undefined : body);
};

import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Lets a Collector start half: it is told to read an empty config over HTTP before its own, and reads on when that is
 * answered. By then the process is there, its components are known, and what it will read need not have been written yet.
 * What goes over the wire is `{}`, so it does not matter who else asks.
 */
export type Gate = {
  /** What has to stand before the config on a command line (the `http` provider of confmap). */
  uri(name: string): string;
  /** Resolves when the one of that name waits. */
  arrived(name: string): Promise<void>;
  /** Lets it go on; whoever does not wait here is not waited for. */
  open(name: string): void;
  /** Nobody waits any more, and nobody is let in. */
  close(): void;
};

/** Waiting Collectors at a time, and a few strangers. */
const maxConnections = 16;

/** On a loopback port of its own. Rejects where none can be had. */
export const openGate = async (): Promise<Gate> => {
  const waiting = new Map<string, ServerResponse>();
  const arrivals = new Map<string, () => void>();
  const server = createServer((request, response) => {
    const name = (request.url ?? "").slice(1);
    const arrived = arrivals.get(name);
    if (arrived === undefined || waiting.has(name)) {
      response.writeHead(404).end();
      return;
    }
    waiting.set(name, response);
    response.once("close", () => {
      waiting.delete(name);
      arrivals.delete(name);
    });
    arrived();
  });
  server.maxConnections = maxConnections;
  server.unref(); // it alone is no reason to go on
  const port = await listen(server);
  return {
    uri: (name) => `http://127.0.0.1:${port}/${name}`,
    arrived: (name) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      arrivals.set(name, resolve);
      return promise;
    },
    open: (name) => {
      waiting.get(name)?.end("{}\n");
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });

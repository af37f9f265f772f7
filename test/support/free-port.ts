import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/**
 * Below the ports that systems give to whoever asks for any (Linux from 32768, the others from 49152): until it is used,
 * a port chosen here is taken by none of the many sinks and Collectors of a run.
 */
const [from, to] = [10_000, 32_000];

const listenSomewhere = async (): Promise<{ readonly port: number; readonly server: Server }> => {
  for (;;) {
    const port = randomInt(from, to);
    const server = createServer();
    const isOurs = await Promise.race([
      once(server.listen(port, "127.0.0.1"), "listening").then(() => true),
      once(server, "error").then(() => false),
    ]);
    if (isOurs) return { port, server };
  }
};

/** Loopback TCP ports that were free a moment ago, all different. */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const held = await Promise.all(Array.from({ length: count }, listenSomewhere));
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return held.map(({ port }) => port);
};

export const freePort = async (): Promise<number> => {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error("no port");
  return port;
};

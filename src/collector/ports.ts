import { createServer, type Server } from "node:net";

const loopback = "127.0.0.1";

/**
 * Loopback ports on which nobody listens, all different. They are free now, not reserved: whoever takes one in the
 * meantime makes the start that needs it fail, which is then tried again with others.
 */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  // Held at the same time, so that the same one is not given twice.
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map(close));
  return ports;
};

/** Whether a loopback port could be listened on now. */
export const isPortFree = async (port: number): Promise<boolean> => {
  try {
    await close(await listen(port));
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "EADDRINUSE" || error.code === "EACCES"))
      return false;
    throw error;
  }
};

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port, host: loopback, exclusive: true }, () => resolve(server));
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

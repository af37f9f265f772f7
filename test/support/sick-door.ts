import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A door before a sink that can do what a sick backend does to connections. */
export type SickDoor = {
  readonly url: string;
  reset(on: boolean): void;
  hang(on: boolean): void;
  close(): Promise<void>;
};

export const startSickDoor = async (port: number): Promise<SickDoor> => {
  let [resets, hangs] = [false, false];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    if (resets) {
      socket.resetAndDestroy();
      return;
    }
    const inner = connect(port, "127.0.0.1");
    inner.on("error", () => socket.destroy());
    inner.on("close", () => socket.destroy());
    socket.on("close", () => inner.destroy());
    socket.on("data", (chunk) => {
      // Taken off the wire and never answered.
      if (!hangs) inner.write(chunk);
    });
    inner.on("data", (chunk) => socket.write(chunk));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`,
    reset: (on) => {
      resets = on;
      if (on) cut();
    },
    hang: (on) => {
      hangs = on;
      // What hung was lost with its connection.
      if (!on) cut();
    },
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

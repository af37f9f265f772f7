import { randomBytes } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";

/** A held lock, or who holds it. */
export type Lock =
  | { readonly held: true; readonly release: () => Promise<void> }
  | { readonly held: false; readonly holder: string };

const lockName = "agent.lock";

/**
 * One agent per run directory. The lock is a unix socket somebody listens on: the kernel closes it with its process,
 * whichever way that ends, and it works between containers, where process ids mean nothing. link(2) takes the name only
 * if it is free; rename(2) takes a stale one away so that of several newcomers only one does.
 */
export const lockRunDir = async (folder: string): Promise<Lock> => {
  const name = join(folder, lockName);
  const own = join(folder, `agent-${randomBytes(4).toString("hex")}.lock`);
  const server = await listen(own);
  const giveUp = async (): Promise<void> => {
    await close(server);
    await rm(own, { force: true });
  };
  try {
    for (;;) {
      if (await linked(own, name)) break;
      const holder = await holderOf(name);
      if (holder !== null) {
        await giveUp();
        return { held: false, holder };
      }
      const aside = `${own}.stale`;
      if (!(await renamed(name, aside))) continue;
      // Between the question and the rename a newcomer may have taken the name: give it back. (A third one that takes it
      // in that very moment would go unnoticed; it takes three agents that start within microseconds on a stale lock.)
      if ((await holderOf(aside)) !== null) await linked(aside, name);
      await rm(aside, { force: true });
    }
  } catch (error) {
    await giveUp();
    throw error;
  }
  await rm(own, { force: true });
  return {
    held: true,
    release: async () => {
      // The name first: while it still answers nobody takes it for stale and puts its own there.
      await rm(name, { force: true });
      await close(server);
    },
  };
};

/** Who answers on the lock, `process 4711`; null when nobody does. */
const holderOf = (path: string): Promise<string | null> =>
  new Promise((resolve) => {
    const connection = connect(path);
    let said = "";
    connection.setEncoding("utf8");
    connection.setTimeout(1000, () => connection.destroy());
    connection.on("data", (chunk: string) => {
      said += chunk.slice(0, 64);
    });
    let connected = false;
    connection.once("connect", () => {
      connected = true;
    });
    connection.once("error", () => {}); // told by `close`
    connection.once("close", () => resolve(connected ? said.trim() || "unknown process" : null));
  });

const listen = (path: string): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer((connection) => {
      connection.on("error", () => {}); // the other side left first
      connection.end(`process ${process.pid}\n`);
    });
    server.once("error", reject);
    server.listen(path, () => {
      server.unref(); // a lock is no reason to stay alive
      resolve(server);
    });
  });

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

const linked = (from: string, to: string): Promise<boolean> => unless("EEXIST", link(from, to));
const renamed = (from: string, to: string): Promise<boolean> => unless("ENOENT", rename(from, to));

const unless = async (code: string, call: Promise<void>): Promise<boolean> => {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === code) return false;
    throw error;
  }
};

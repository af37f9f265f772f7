import { link, rename, rm } from "node:fs/promises";

/**
 * Makes `name` lead to the process that listens on `socket`, by one rename(2): whoever connects finds the one or the
 * other, and nobody finds nothing. A second hard link is what is renamed, so that the core keeps its own name and can be
 * named again. Where a file system has no hard links for sockets the socket itself is renamed.
 */
export const nameLive = async (socket: string, name: string): Promise<void> => {
  const aside = `${name}.next`;
  await rm(aside, { force: true });
  try {
    await link(socket, aside);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && linkless.has(String(error.code)))) throw error;
    await rename(socket, name);
    return;
  }
  await rename(aside, name);
  // rename(2) of two names of one file does nothing and leaves both.
  await rm(aside, { force: true });
};

const linkless: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV"]);

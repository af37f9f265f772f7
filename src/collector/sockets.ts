import { readdir, rm } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";

/** Whether somebody listens on a unix socket: the only sure sign that its file is not a leftover. */
export const answers = (socket: string): Promise<boolean> =>
  new Promise((resolve) => {
    const connection = connect(socket);
    connection.once("connect", () => {
      connection.destroy();
      resolve(true);
    });
    // ENOENT and ECONNREFUSED: nobody. EAGAIN: a full backlog, so somebody. ENOTSOCK: a file that is in the way.
    connection.once("error", (error: NodeJS.ErrnoException) => resolve(error.code === "EAGAIN"));
  });

/**
 * Removes socket files that a process is about to listen on, since bind(2) fails on any file of that name. Only those
 * `mine` names and on which nobody listens; the others it names come back.
 */
export const removeStaleSockets = async (
  folder: string,
  mine: (file: string) => boolean,
): Promise<readonly string[]> => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".sock") && mine(file)).sort();
  const busy: string[] = [];
  for (const file of files) {
    const path = join(folder, file);
    if (await answers(path)) busy.push(path);
    else await rm(path, { force: true });
  }
  return busy;
};

/** One way out: where text goes, and what it goes to. */
export type Stream = { write(text: string): void; readonly isTerminal: boolean; readonly columns: number };

/** What a command may touch of the process. `out` carries data, `err` talk. Tests bring their own. */
export type Terminal = {
  readonly out: Stream;
  readonly err: Stream;
  readonly env: NodeJS.ProcessEnv;
  readStdin(): Promise<string>;
};

const defaultColumns = 80;

const streamOf = (stream: NodeJS.WriteStream): Stream => {
  // The reader may be gone (`| head`): what it did not want to read is no failure of ours.
  let isGone = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    isGone = true;
  });
  return {
    write: (text) => {
      if (!isGone) stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    get columns() {
      return stream.columns ?? defaultColumns;
    },
  };
};

export const processTerminal = (): Terminal => ({
  out: streamOf(process.stdout),
  err: streamOf(process.stderr),
  env: process.env,
  readStdin: async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("utf8");
  },
});

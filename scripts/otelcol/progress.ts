/** Tells on stderr how a build goes: one running line on a terminal, a plain line every ten seconds elsewhere. */
export type Progress = {
  /** One line of `go build -v`. */
  saw(line: string): void;
  /** What the build said that was no progress: errors, for the end. */
  words(): string;
  stop(): void;
};

export const startProgress = (name: string): Progress => {
  const started = performance.now();
  const isLive = process.stderr.isTTY === true;
  let downloads = 0;
  let packages = 0;
  let last = "";
  const words: string[] = [];

  const show = (): void => {
    const seconds = Math.round((performance.now() - started) / 1000);
    const fetched = downloads === 0 ? "" : `${downloads} modules fetched, `;
    const line = `building ${name}: ${fetched}${packages} packages compiled, ${seconds} s`;
    if (isLive) process.stderr.write(`\r\u001b[2K${`${line}  ${last}`.slice(0, (process.stderr.columns ?? 80) - 1)}`);
    else process.stderr.write(`${line}\n`);
  };
  const timer = setInterval(show, isLive ? 250 : 10_000);

  return {
    saw: (line) => {
      if (/^go: (downloading|extracting|finding) /.test(line)) downloads++;
      else if (/^[\w.~-]+(\/[\w.~@-]+)*$/.test(line)) packages++;
      else words.push(line);
      last = line;
    },
    words: () => words.slice(-40).join("\n"),
    stop: () => {
      clearInterval(timer);
      if (isLive) process.stderr.write("\r\u001b[2K");
    },
  };
};

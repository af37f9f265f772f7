import { createWriteStream } from "node:fs";
import type { Clock } from "../../base/clock.ts";
import { createLog, type Log } from "../../telemetry/log.ts";

/** The agent's log in a file, so that the screen stays the view's; `close` when nothing logs any more. */
export const logToFile = (path: string, clock: Clock): { readonly log: Log; close(): Promise<void> } => {
  const stream = createWriteStream(path, { flags: "a", mode: 0o600 });
  stream.on("error", () => {}); // a full disk must not end the demonstration
  const log = createLog({ level: "info", format: "logfmt", clock, write: (text) => void stream.write(text) });
  return {
    log,
    close: () => {
      log.flush();
      return new Promise((resolve) => stream.end(resolve));
    },
  };
};

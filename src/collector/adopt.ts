import type { Clock } from "../base/clock.ts";
import type { Exit } from "./exit.ts";
import { lastWords } from "./last-words.ts";
import { lineReader } from "./lines.ts";
import { type CollectorLine, parseLogLine, skipped } from "./log-line.ts";
import type { CollectorProcess } from "./process.ts";
import { startTimeOf } from "./running.ts";
import { signalGroup } from "./signal-group.ts";
import { tail } from "./tail.ts";
import { withParent } from "./with-parent.ts";

export type AdoptOptions = {
  readonly pid: number;
  readonly startTime: string;
  readonly name: string;
  /** The file its stderr goes to. */
  readonly stderr: string;
  readonly onLog: (line: CollectorLine) => void;
  readonly endWithParent?: boolean;
  readonly clock: Clock;
};

const lookEveryMs = 100;

/** A Collector that another process started, as if it were ours. How it ends only its parent is told, so that is not known. */
export const adoptCollector = (options: AdoptOptions): CollectorProcess => {
  const { pid, clock, name } = options;
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  const words = lastWords();
  const lines = lineReader((text) => {
    const line = parseLogLine(text);
    words.add(line);
    options.onLog(line);
  });
  const log = tail({
    path: options.stderr,
    clock,
    fromEnd: true,
    onBytes: lines.push,
    onSkipped: (bytes) => options.onLog(skipped(bytes)),
  });
  let running = true;
  let asked = false;
  let forced = false;
  let cancelKill = (): void => {};
  const signal = (which: NodeJS.Signals): void => {
    if (running) signalGroup(pid, which);
  };
  const force = (): void => {
    asked = true;
    forced = running;
    signal("SIGKILL");
  };
  const outlivesUs = options.endWithParent === true ? withParent(() => signal("SIGKILL")) : (): void => {};
  const look = async (): Promise<void> => {
    if ((await startTimeOf(pid)) === options.startTime) {
      clock.after(lookEveryMs, () => void look());
      return;
    }
    running = false;
    cancelKill();
    outlivesUs();
    await log.finish();
    lines.end();
    resolve(
      forced || !asked
        ? { kind: "signal", signal: forced ? "SIGKILL" : "unknown", asked, forced }
        : { kind: "clean", asked },
    );
  };
  void look();
  return {
    name,
    pid,
    exited,
    stop: (graceMs) => {
      if (running) {
        cancelKill();
        cancelKill = clock.after(graceMs, force);
        if (!asked) signal("SIGTERM");
        asked = true;
      }
      return exited;
    },
    kill: force,
    reload: () => signal("SIGHUP"),
    words: words.text,
  };
};

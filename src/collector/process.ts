import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Clock } from "../base/clock.ts";
import { collectorArguments } from "./arguments.ts";
import type { Exit } from "./exit.ts";
import type { CollectorBinary } from "./find.ts";
import { lastWords } from "./last-words.ts";
import { lineReader } from "./lines.ts";
import { type CollectorLine, parseLogLine, skipped } from "./log-line.ts";
import { signalGroup } from "./signal-group.ts";
import { systemClock } from "./system-clock.ts";
import { tail } from "./tail.ts";
import { withParent } from "./with-parent.ts";

export type StartOptions = {
  readonly binary: Pick<CollectorBinary, "path">;
  readonly configPath: string;
  /** The whole environment of the process, not additions to ours. */
  readonly env: NodeJS.ProcessEnv;
  /** `ingest`, `core-3`: how it is called in logs and diagnostics. */
  readonly name: string;
  readonly onLog: (line: CollectorLine) => void;
  readonly featureGates?: readonly string[];
  /** Further configs, each laid over those before it. */
  readonly laidOver?: readonly string[];
  /** `uri` of a gate (`gate.ts`): it reads its config once that is opened. */
  readonly gate?: string;
  /**
   * `inherit` (default): fd 1 is ours, because access logs are written to /dev/stdout, which cannot be opened anew when
   * it is a socket or pipe made here. A number is a file that is open here.
   */
  readonly stdout?: "inherit" | "ignore" | number;
  /**
   * A file that stderr is appended to, and read back from. Absent: a pipe, without whose reader it dies of its next line,
   * so that it could not outlive us.
   */
  readonly stderr?: string;
  /**
   * Kill it when this process exits (`dev`). The default leaves it running, where stderr is a file; else until it next
   * writes to it: Go ends a process by SIGPIPE whose stderr is a pipe that nobody reads any more (os/signal).
   */
  readonly endWithParent?: boolean;
  readonly clock?: Clock;
};

export type CollectorProcess = {
  readonly name: string;
  /** null: it could not be started; `exited` says why. */
  readonly pid: number | null;
  /** Resolves once, never rejects. */
  readonly exited: Promise<Exit>;
  /** TERM, and KILL after `graceMs`. A later call with a shorter grace shortens the wait. */
  stop(graceMs: number): Promise<Exit>;
  kill(): void;
  /** Has it read its config again. */
  reload(): void;
  /** Why it ended, in its own words, as far as it said so. Empty while nothing of note was written. */
  words(): string;
};

/** After the process ended, how long its last lines may take when something else still holds its stderr. */
const lastLinesMs = 200;

/** Starts a Collector. It has its own process group, so Ctrl-C in a terminal reaches the agent alone, which then stops it in order. */
export const startCollector = (options: StartOptions): CollectorProcess => {
  const clock = options.clock ?? systemClock;
  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  const words = lastWords();
  const { stderr } = options;
  const file = stderr === undefined ? null : openSync(stderr, "a", 0o600);
  const child = spawn(
    options.binary.path,
    collectorArguments(options.configPath, options.featureGates ?? [], options.laidOver, options.gate),
    {
      env: options.env,
      stdio: ["ignore", options.stdout ?? "inherit", file ?? "pipe"],
      detached: true,
    },
  );
  if (file !== null) closeSync(file);

  const lines = lineReader((text) => {
    const line = parseLogLine(text);
    words.add(line);
    options.onLog(line);
  });
  const log =
    stderr === undefined
      ? null
      : tail({
          path: stderr,
          clock,
          onBytes: lines.push,
          onSkipped: (bytes) => options.onLog(skipped(bytes)),
        });
  child.stderr?.on("data", (chunk: Buffer) => lines.push(chunk));
  child.stderr?.on("error", () => {}); // its end is seen below

  let running = child.pid !== undefined;
  let asked = false;
  let forced = false;
  let cancelKill = (): void => {};
  const signal = (name: NodeJS.Signals): void => {
    if (running) signalGroup(child.pid, name);
  };
  const force = (): void => {
    asked = true;
    forced = running;
    signal("SIGKILL");
  };
  const outlivesUs = options.endWithParent === true ? withParent(() => signal("SIGKILL")) : (): void => {};

  let settled = false;
  const settle = (exit: Exit): void => {
    if (settled) return;
    settled = true;
    void (log?.finish() ?? Promise.resolve()).then(() => {
      lines.end();
      child.stderr?.destroy();
      resolve(exit);
    });
  };
  child.on("error", (error: NodeJS.ErrnoException) => {
    // Also emitted when a signal could not be sent; that is no end.
    if (child.pid === undefined) settle({ kind: "spawn", errno: error.code ?? "unknown", words: error.message });
  });
  child.on("exit", (code, name) => {
    running = false;
    cancelKill();
    outlivesUs();
    const exit: Exit =
      code === null
        ? { kind: "signal", signal: name ?? "unknown", asked, forced }
        : code === 0
          ? { kind: "clean", asked }
          : { kind: "code", code, asked };
    const cancel = clock.after(lastLinesMs, () => settle(exit));
    child.on("close", () => {
      cancel();
      settle(exit);
    });
  });

  return {
    name: options.name,
    pid: child.pid ?? null,
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

import { spawn } from "node:child_process";
import { signalGroup } from "./signal-group.ts";

/** How a short-lived command ended. `stdout` and `stderr` hold at most `maxBytes` each. */
export type CommandEnd =
  | { readonly kind: "ended"; readonly code: number; readonly stdout: string; readonly stderr: string }
  | { readonly kind: "signalled"; readonly signal: string; readonly stderr: string }
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "not-started"; readonly errno: string; readonly words: string };

export type CommandOptions = {
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
  readonly maxBytes?: number;
};

/** After the command itself ended, how long to wait for a grandchild that still holds its pipes. */
const pipeGraceMs = 200;

/** Runs a command to its end, or ends it and whatever it started when the time is up. Never rejects. */
export const run = (file: string, args: readonly string[], options: CommandOptions): Promise<CommandEnd> =>
  new Promise((resolve) => {
    const limit = options.maxBytes ?? 1024 * 1024;
    // Its own process group: a shell script that hangs in a grandchild is ended as a whole.
    const child = spawn(file, [...args], { env: options.env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const output = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8");
      child[name].on("data", (chunk: string) => {
        if (output[name].length < limit) output[name] += chunk.slice(0, limit - output[name].length);
      });
      child[name].on("error", () => {}); // what was read so far is what there is
    }
    let settled = false;
    const settle = (end: CommandEnd): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(end);
    };
    const timer = setTimeout(() => {
      signalGroup(child.pid, "SIGKILL");
      settle({ kind: "late", ms: options.timeoutMs });
    }, options.timeoutMs);
    const ended = (code: number | null, signal: string | null): void =>
      settle(
        code === null
          ? { kind: "signalled", signal: signal ?? "unknown", stderr: output.stderr }
          : { kind: "ended", code, ...output },
      );
    child.on("error", (error: NodeJS.ErrnoException) =>
      settle({ kind: "not-started", errno: error.code ?? "unknown", words: error.message }),
    );
    child.on("close", ended);
    child.on("exit", (code, signal) => {
      setTimeout(() => {
        signalGroup(child.pid, "SIGKILL");
        ended(code, signal);
      }, pipeGraceMs).unref();
    });
  });

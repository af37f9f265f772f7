import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type Exit, exitWords } from "../../src/collector/exit.ts";
import { deathOf, startFailure } from "../../src/collector/failures.ts";
import type { CollectorLine } from "../../src/collector/log-line.ts";
import { type CollectorProcess, type StartOptions, startCollector } from "../../src/collector/process.ts";
import { childPath, isAlive, temporaryFolder } from "../support/children.ts";
import { handClock } from "../support/hand-clock.ts";
import { poll } from "../support/poll.ts";

const start = (
  name: string,
  options: Partial<StartOptions> = {},
): { child: CollectorProcess; lines: CollectorLine[] } => {
  const lines: CollectorLine[] = [];
  const child = startCollector({
    binary: { path: childPath(name) },
    configPath: "/none.yaml",
    env: { PATH: "/usr/bin:/bin" },
    name: "core-1",
    onLog: (line) => lines.push(line),
    stdout: "ignore",
    ...options,
  });
  return { child, lines };
};
const ready = ({ lines }: { lines: readonly CollectorLine[] }): Promise<true> =>
  poll("the first line", () => lines.length > 0);

describe("endings are told apart", () => {
  test("stopped when asked", async () => {
    const started = start("stops-on-term.sh");
    await ready(started);
    assert.deepEqual(await started.child.stop(10_000), { kind: "clean", asked: true });
    assert.equal(started.lines.at(-1)?.message, "leaving");
  });

  test("stopped when asked, with a code", async () => {
    const started = start("stops-on-term.sh", { env: { PATH: "/usr/bin:/bin", LEAVE_WITH: "4" } });
    await ready(started);
    assert.deepEqual(await started.child.stop(10_000), { kind: "code", code: 4, asked: true });
  });

  test("code 0 that nobody asked for", async () => {
    const exit = await start("leaves-at-once.sh").child.exited;
    assert.deepEqual(exit, { kind: "clean", asked: false });
    assert.equal(exitWords(exit), "exited with code 0 without being asked to");
  });

  test("a start that fails says why in the Collector's words", async () => {
    const { child } = start("exits-1.sh");
    const exit = await child.exited;
    assert.deepEqual(exit, { kind: "code", code: 1, asked: false });
    assert.equal(child.words(), "receivers::otlp: listen tcp 127.0.0.1:4317: bind: address already in use");
    const found = startFailure(child, exit);
    assert.equal(found.code, "TP5011");
    assert.equal(found.message, "the core-1 Collector cannot listen on 127.0.0.1:4317: another process does already");
  });

  test("a crash", async () => {
    const { child } = start("crashes.sh");
    const exit = await child.exited;
    assert.deepEqual(exit, { kind: "signal", signal: "SIGSEGV", asked: false, forced: false });
    assert.match(
      deathOf(child, exit).message,
      /^the core-1 Collector ended by itself: ended by signal SIGSEGV: panic: runtime error/,
    );
  });

  test("a binary that is not there resolves, with no pid", async () => {
    const { child } = start("nope.sh");
    const exit = await child.exited;
    assert.equal(child.pid, null);
    assert.equal(exit.kind === "spawn" && exit.errno, "ENOENT");
    assert.deepEqual(await child.stop(1000), exit);
    child.kill();
    assert.equal(startFailure(child, exit).code, "TP5012");
  });
});

describe("stopping", () => {
  test("TERM, then KILL when the grace is over, and not before", async () => {
    const clock = handClock();
    const started = start("ignores-term.sh", { clock });
    await ready(started);
    const { child } = started;
    let exit: Exit | null = null;
    const stopped = child.stop(5000).then((end) => {
      exit = end;
    });
    clock.turn(4999);
    await poll("TERM was taken and ignored", () => isAlive(child.pid ?? -1));
    assert.equal(exit, null);
    clock.turn(1);
    // The hand clock also times how long last lines may take.
    await poll("the end", () => {
      clock.turn(1000);
      return exit !== null;
    });
    await stopped;
    assert.deepEqual(exit, { kind: "signal", signal: "SIGKILL", asked: true, forced: true });
    assert.equal(isAlive(child.pid ?? -1), false);
  });

  test("a second stop shortens the wait", async () => {
    const started = start("ignores-term.sh");
    await ready(started);
    const first = started.child.stop(600_000);
    const second = await started.child.stop(50);
    assert.deepEqual(second, { kind: "signal", signal: "SIGKILL", asked: true, forced: true });
    assert.equal(await first, second);
  });

  test("kill is at once", async () => {
    const started = start("ignores-term.sh");
    await ready(started);
    started.child.kill();
    assert.equal((await started.child.exited).kind, "signal");
  });

  test("stopping what has ended answers how it ended", async () => {
    const { child } = start("exits-1.sh");
    const exit = await child.exited;
    assert.equal(await child.stop(0), exit);
  });

  test("an end is seen although something it started holds its stderr", async () => {
    const { child } = start("leaves-a-child.sh");
    assert.deepEqual(await child.exited, { kind: "code", code: 1, asked: false });
    assert.equal(child.words(), "left a child");
    process.kill(-(child.pid ?? 0), "SIGKILL");
  });
});

describe("stderr", () => {
  test("a flood is read to its end in bounded lines", async () => {
    const { child, lines } = start("floods-stderr.sh");
    assert.deepEqual(await child.exited, { kind: "code", code: 3, asked: false });
    assert.equal(lines.filter((line) => line.message === "x".repeat(39)).length, 20_000);
    const long = lines.find((line) => line.message.startsWith("y"));
    assert.equal(long?.message, `${"y".repeat(16 * 1024)}…`);
    assert.equal(child.words(), "drowned");
  });

  test("log lines come apart", async () => {
    const { child, lines } = start("exits-1.sh");
    await child.exited;
    assert.deepEqual(lines[0], {
      level: "error",
      at: "2026-11-25T01:25:59.110Z",
      message: "Failed to start component",
      fields: { error: "listen tcp 127.0.0.1:4317: bind: address already in use", type: "Receiver", id: "otlp" },
    });
  });
});

test("stdout can be a file of ours", async (t) => {
  const path = join(temporaryFolder(t), "stdout");
  const fd = openSync(path, "a");
  const { child } = start("says-nonsense.sh", { stdout: fd });
  closeSync(fd);
  await child.exited;
  assert.equal(readFileSync(path, "utf8"), "tea, earl grey, hot\n");
});

describe("when this process exits without stopping its Collectors", () => {
  const orphan = (endWithParent: "yes" | "no"): Promise<number> =>
    new Promise((resolve, reject) => {
      const args = [childPath("parent.ts"), childPath("stops-on-term.sh"), endWithParent];
      execFile(process.execPath, args, (error, stdout) =>
        error?.code === 7 ? resolve(Number(stdout)) : reject(error ?? new Error("exited with 0")),
      );
    });

  test("they stay by default, for the next agent to find", async () => {
    const pid = await orphan("no");
    assert.equal(isAlive(pid), true);
    process.kill(-pid, "SIGKILL");
  });

  test("they go with it where that was asked for", async () => {
    const pid = await orphan("yes");
    await poll("the child to be gone", () => !isAlive(pid));
  });
});

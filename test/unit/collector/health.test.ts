import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import type { Exit } from "../../../src/collector/exit.ts";
import { askHealth, type Health, waitHealthy } from "../../../src/collector/health.ts";
import { temporaryFolder } from "../../support/children.ts";
import { handClock } from "../../support/hand-clock.ts";

describe("asking over a unix socket", () => {
  const listening = (t: TestContext, answer: RequestListener): Promise<string> =>
    new Promise((resolve) => {
      const socket = join(temporaryFolder(t), "health.sock");
      const server = createServer(answer);
      t.after(() => {
        server.closeAllConnections();
        server.close();
      });
      server.listen(socket, () => resolve(socket));
    });

  test("200 is healthy, 503 is not", async (t) => {
    assert.equal(await askHealth(await listening(t, (_, response) => response.end("{}"))), "healthy");
    assert.equal(await askHealth(await listening(t, (_, response) => response.writeHead(503).end())), "unhealthy");
  });
  test("no answer in time is unhealthy", async (t) => {
    assert.equal(await askHealth(await listening(t, () => {}), 30), "unhealthy");
  });
  test("an endless body does not matter", async (t) => {
    assert.equal(await askHealth(await listening(t, (_, response) => void response.write("x"))), "healthy");
  });
  test("somebody who speaks no HTTP, or hangs up, is unhealthy", async (t) => {
    const socket = join(temporaryFolder(t), "health.sock");
    const server = createTcpServer((connection) => connection.end("tea\n"));
    t.after(() => server.close());
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    assert.equal(await askHealth(socket), "unhealthy");
  });
  test("nobody there is absent", async (t) => {
    assert.equal(await askHealth(join(temporaryFolder(t), "none.sock")), "absent");
  });
});

describe("waiting", () => {
  const never = new Promise<Exit>(() => {});
  const crashed: Exit = { kind: "code", code: 1, asked: false };
  /** Answers in turn, the last one for ever; each question turns the clock by a second. */
  const asked = (...healths: readonly Health[]) => {
    const clock = handClock(0);
    let questions = 0;
    const ask = async (): Promise<Health> => {
      const health = healths[Math.min(questions, healths.length - 1)] ?? "absent";
      questions += 1;
      queueMicrotask(() => setImmediate(() => clock.turn(1000)));
      return health;
    };
    return { clock, ask, questions: () => questions };
  };

  test("until healthy", async () => {
    const { clock, ask, questions } = asked("absent", "unhealthy", "healthy");
    assert.deepEqual(await waitHealthy("x", never, 60_000, clock, ask), { kind: "healthy" });
    assert.equal(questions(), 3);
  });
  test("until the deadline, telling what was seen last", async () => {
    const { clock, ask } = asked("absent", "unhealthy");
    assert.deepEqual(await waitHealthy("x", never, 5000, clock, ask), { kind: "late", last: "unhealthy" });
    assert.ok(clock.now() >= 5000);
  });
  test("until the process has ended, at once and not at the next question", async () => {
    const clock = handClock();
    const waited = waitHealthy("x", Promise.resolve(crashed), clock.now() + 5000, clock, async () => "absent");
    assert.deepEqual(await waited, { kind: "exited", exit: crashed });
  });
  test("somebody else who answers does not make a dead process healthy", async () => {
    const { clock, ask } = asked("healthy");
    assert.deepEqual(await waitHealthy("x", Promise.resolve(crashed), 5000, clock, ask), {
      kind: "exited",
      exit: crashed,
    });
  });
});

import { request } from "node:http";
import type { Clock, Instant } from "../base/clock.ts";
import type { Exit } from "./exit.ts";

/** `absent`: nobody listens. `unhealthy`: somebody does, and is not ready, or does not answer in time. */
export type Health = "healthy" | "unhealthy" | "absent";

/** What a health_check extension answers: an HTTP status. `silent`: somebody listens, and says nothing in time. */
type Answer = number | "silent" | "absent";

/** Asks a health_check extension that listens on a unix socket. Never rejects. */
export const askHealth = async (socket: string, timeoutMs = 1000): Promise<Health> => {
  const answer = await ask(socket, timeoutMs);
  return answer === 200 ? "healthy" : answer === "absent" ? "absent" : "unhealthy";
};

/** Whether a process is there and says nothing, not even that it is not ready. Never rejects. */
export const isSilent = async (socket: string, timeoutMs: number): Promise<boolean> =>
  (await ask(socket, timeoutMs)) === "silent";

const ask = (socket: string, timeoutMs: number): Promise<Answer> =>
  new Promise((resolve) => {
    let answered = false;
    const answer = (said: Answer): void => {
      if (answered) return;
      answered = true;
      clearTimeout(timer);
      outgoing.destroy();
      resolve(said);
    };
    // A new connection for each question: a kept one could still lead to the process before.
    const outgoing = request({ socketPath: socket, path: "/", agent: false }, (response) => {
      response.on("error", () => {}); // destroyed by ourselves: only the status matters
      answer(response.statusCode ?? 0);
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      answer(error.code === "ENOENT" || error.code === "ECONNREFUSED" ? "absent" : "silent"),
    );
    const timer = setTimeout(() => answer("silent"), timeoutMs);
    outgoing.end();
  });

export type Waited =
  | { readonly kind: "healthy" }
  | { readonly kind: "exited"; readonly exit: Exit }
  | { readonly kind: "late"; readonly last: Health };

/** A Collector is healthy 50–300 ms after its start, and every edit waits for that: look often at first, then less. */
const firstPauseMs = 4;
const oftenMs = 400;
const longestPauseMs = 100;
const longestAnswerMs = 1000;
const shortestAnswerMs = 50;

/** Resolves when the Collector is healthy, has ended, or `deadline` has passed; whichever is first. Never rejects. */
export const waitHealthy = async (
  socket: string,
  exited: Promise<Exit>,
  deadline: Instant,
  clock: Clock,
  healthOf: (socket: string, timeoutMs: number) => Promise<Health> = askHealth,
): Promise<Waited> => {
  let end: Exit | null = null;
  const ended = exited.then((exit) => {
    end = exit;
  });
  const often = clock.now() + oftenMs;
  for (let pause = firstPauseMs; ; pause = clock.now() < often ? pause : Math.min(pause * 1.5, longestPauseMs)) {
    const health = await healthOf(
      socket,
      Math.min(longestAnswerMs, Math.max(deadline - clock.now(), shortestAnswerMs)),
    );
    // The end is looked at first: somebody else may answer on the socket of a process that is gone.
    if (end !== null) return { kind: "exited", exit: end };
    if (health === "healthy") return { kind: "healthy" };
    const left = deadline - clock.now();
    if (left <= 0) return { kind: "late", last: health };
    await Promise.race([pauseOf(clock, Math.min(pause, left)), ended]);
  }
};

const pauseOf = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });

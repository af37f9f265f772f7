import { Agent, request } from "node:http";
import { seeded } from "../../../src/traffic/random.ts";
import { poll } from "../../support/poll.ts";
import type { Upstream } from "./upstream.ts";

/** One request a client is about to make. `path` is without the number that makes each request findable. */
export type Wish = {
  readonly path: string;
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  /** A caller's trace: sampled by it or not. */
  readonly parent?: "sampled" | "unsampled";
  /** Hang up once the request is at the upstream, without waiting for the answer. */
  readonly hangUp?: true;
};

/** What was sent, and what the client itself saw of it. */
export type Sent = {
  readonly wish: Wish;
  readonly seq: number;
  /** Path and query as sent. */
  readonly target: string;
  /** null when the client hung up. */
  readonly status: number | null;
  /** From having a connection, or beginning one, to the last byte: milliseconds. */
  readonly ms: number;
  /** The caller's trace id, or the one the proxy began and gave to the upstream; null when neither is known. */
  readonly traceId: string | null;
};

const random = seeded(1140);
let next = 0;

const sendOne = (port: number, wish: Wish, agent: Agent, upstream: Upstream): Promise<Sent> => {
  const seq = next;
  next += 1;
  const target = `${wish.path}${wish.path.includes("?") ? "&" : "?"}seq=${seq}`;
  const traceId = wish.parent === undefined ? null : random.hex(32);
  const flags = wish.parent === "sampled" ? "01" : "00";
  let began = performance.now();
  return new Promise((resolve, reject) => {
    const end = (status: number | null, saw: string | string[] | undefined): void =>
      resolve({
        wish,
        seq,
        target,
        status,
        ms: performance.now() - began,
        traceId: traceId ?? (typeof saw === "string" && saw !== "" ? saw : null),
      });
    const call = request(
      {
        host: "127.0.0.1",
        port,
        method: wish.method ?? "GET",
        path: target,
        agent,
        headers: {
          host: "chat.example.com",
          "user-agent": "test-client/1",
          ...(traceId === null ? {} : { traceparent: `00-${traceId}-${random.hex(16)}-${flags}` }),
          ...(wish.body === undefined ? {} : { "content-length": String(wish.body.length) }),
          ...wish.headers,
        },
      },
      (response) => {
        response.resume().on("end", () => end(response.statusCode ?? null, response.headers["x-saw-trace"]));
        response.on("error", reject);
      },
    );
    call.on("socket", () => {
      began = performance.now();
    });
    call.on("error", (error) => (wish.hangUp === true ? end(null, undefined) : reject(error)));
    call.end(wish.body);
    if (wish.hangUp === true)
      poll("the request at the upstream", () => upstream.seen.some((each) => each.seq === seq)).then(
        () => call.destroy(),
        reject,
      );
  });
};

/** Sends all of them over a few kept-alive connections, and ends those. */
export const sendAll = async (
  port: number,
  wishes: readonly Wish[],
  upstream: Upstream,
  connections = 6,
): Promise<readonly Sent[]> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  try {
    return await Promise.all(wishes.map((wish) => sendOne(port, wish, agent, upstream)));
  } finally {
    agent.destroy();
  }
};

import { connect } from "../../src/traffic/post.ts";
import { settled } from "./poll.ts";
import type { Sink } from "./sink.ts";

/** What became of every span that was sent. */
export type Verdict = {
  readonly accepted: number;
  /** Answered with an error, or not at all: whoever sent it knows, and would send it again. */
  readonly refused: number;
  /** Accepted and not delivered. */
  readonly lost: number;
  /** Delivered more than once. */
  readonly doubled: number;
  /** Delivered although refused: the answer was lost, not the span. */
  readonly extra: number;
  readonly lastRefusal: string | null;
};

/** Sends spans with ids of their own at a steady rate and remembers which were accepted. */
export type Oracle = {
  accepted(): number;
  refused(): number;
  /** Ends the traffic, once every answer is there. */
  stop(): Promise<void>;
  /** Waits until nothing more arrives at the sinks, or all has, and compares. */
  verdict(sinks: readonly Sink[], quietMs?: number, deadlineMs?: number): Promise<Verdict>;
};

export type OracleOptions = {
  readonly endpoint: string;
  readonly perSecond: number;
  readonly spansPerRequest?: number;
  /** Gateways `prod/<name>` that take turns. */
  readonly gateways: readonly string[];
  /** Send a refused request again until it is taken, as clients of OTLP do. Default false. */
  readonly retries?: boolean;
};

const tickMs = 20;

/** Ids of two oracles never meet. */
let oracles = 0;

export const startOracle = ({
  endpoint,
  perSecond,
  spansPerRequest = 5,
  gateways,
  retries = false,
}: OracleOptions): Oracle => {
  oracles += 1;
  const own = oracles;
  const { post, close } = connect(endpoint, 32);
  const taken = new Set<string>();
  const turnedAway = new Set<string>();
  let lastRefusal: string | null = null;
  let spans = 0;
  let requests = 0;
  let inFlight = 0;
  let isStopped = false;
  let isCalledOff = false;
  const idle = Promise.withResolvers<void>();

  const next = () => {
    const gateway = gateways[requests % gateways.length] ?? "";
    requests += 1;
    const ids = Array.from({ length: spansPerRequest }, () => {
      spans += 1;
      return `${own.toString(16).padStart(4, "0")}${spans.toString(16).padStart(12, "0")}`;
    });
    const attributes = [
      { key: "k8s.gateway.name", value: { stringValue: gateway } },
      { key: "k8s.gateway.namespace", value: { stringValue: "prod" } },
    ];
    const now = `${Date.now()}000000`;
    const list = ids.map((id) => ({
      traceId: id.padStart(32, "a"),
      spanId: id,
      name: "request",
      kind: 2,
      flags: 257,
      status: {},
      startTimeUnixNano: now,
      endTimeUnixNano: now,
      attributes: [
        { key: "http.request.method", value: { stringValue: "GET" } },
        { key: "http.response.status_code", value: { intValue: "200" } },
      ],
    }));
    return {
      ids,
      item: {
        path: "/v1/traces" as const,
        items: ids.length,
        body: {
          resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: "oracle" }, spans: list }] }],
        },
      },
    };
  };
  const send = async (): Promise<void> => {
    const { ids, item } = next();
    inFlight += 1;
    for (;;) {
      const answer = await post(item);
      if (answer.rejected === 0) for (const id of ids) taken.add(id);
      else {
        lastRefusal = answer.words;
        if (retries && !isCalledOff) {
          await new Promise((resolve) => setTimeout(resolve, 50));
          continue;
        }
        for (const id of ids) turnedAway.add(id);
      }
      break;
    }
    inFlight -= 1;
    if (isStopped && inFlight === 0) idle.resolve();
  };
  let due = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    due = Math.min(due + ((now - last) * perSecond) / 1000, Math.max(1, perSecond / 5));
    last = now;
    for (; due >= 1 && inFlight < 200; due -= 1) void send();
  }, tickMs);

  return {
    accepted: () => taken.size,
    refused: () => turnedAway.size,
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      if (inFlight > 0) {
        const callOff = setTimeout(() => {
          isCalledOff = true;
        }, 15_000);
        await idle.promise;
        clearTimeout(callOff);
      }
      close();
    },
    verdict: async (sinks, quietMs = 1500, deadlineMs = 30_000) => {
      const counts = new Map<string, number>();
      const at = sinks.map(() => 0);
      const count = (): number => {
        for (const [index, sink] of sinks.entries()) {
          const from = at[index] ?? 0;
          for (const { record } of sink.spans.slice(from))
            counts.set(record.spanId, (counts.get(record.spanId) ?? 0) + 1);
          at[index] = sink.spans.length;
        }
        return counts.size;
      };
      const missing = (): number => [...taken].reduce((sum, id) => sum + (counts.has(id) ? 0 : 1), 0);
      // What waits for a backend that was away takes its time; it is given up when nothing moves any more.
      const until = performance.now() + deadlineMs;
      let since = performance.now();
      while (performance.now() < until && performance.now() - since < quietMs) {
        const before = counts.size;
        if (count() !== before) since = performance.now();
        if (missing() === 0) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      // Whatever comes twice comes soon after.
      const arrived = (): number => sinks.reduce((sum, { spans }) => sum + spans.length, 0);
      await settled(arrived, 400, 10_000).catch(() => {}); // counted all the same
      count();
      const mine = [...counts].filter(([id]) => taken.has(id) || turnedAway.has(id));
      return {
        accepted: taken.size,
        refused: turnedAway.size,
        lost: missing(),
        doubled: mine.filter(([, times]) => times > 1).length,
        extra: mine.filter(([id]) => turnedAway.has(id)).length,
        lastRefusal,
      };
    },
  };
};

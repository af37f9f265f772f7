import type { Clock } from "../base/clock.ts";
import type { Export } from "./batch.ts";
import { connect } from "./post.ts";

/** Export requests and items since the start; never retried, so a refused one is lost and shows. */
export type SendCounts = {
  readonly requests: number;
  readonly acceptedRequests: number;
  readonly refusedRequests: number;
  readonly acceptedItems: number;
  readonly refusedItems: number;
  /** Why the last refusal happened. */
  readonly lastRefusal: string | null;
};

export type SenderOptions = {
  readonly endpoint: string;
  /** Calls of `next` per second. */
  readonly perSecond: number;
  /** The export requests of the next request through the proxies. */
  readonly next: () => readonly Export[];
  readonly clock: Clock;
  /** Stops by itself after so many calls of `next`; absent: runs until stopped. */
  readonly limit?: number;
};

export type Sender = {
  counts(): SendCounts;
  /** Resolves once everything sent was answered. */
  stop(): Promise<SendCounts>;
  /** Resolves when `limit` was reached and everything was answered. */
  readonly done: Promise<SendCounts>;
};

const tickMs = 20;
const maxInFlight = 256;

/** Sends at a steady rate. When the receiver is slow it waits instead of piling up, and never makes up for lost time in a burst. */
export const startSender = (options: SenderOptions): Sender => {
  const { post, close } = connect(options.endpoint);
  const counts = {
    requests: 0,
    acceptedRequests: 0,
    refusedRequests: 0,
    acceptedItems: 0,
    refusedItems: 0,
    lastRefusal: null as string | null,
  };
  const { promise: done, resolve } = Promise.withResolvers<SendCounts>();
  let made = 0;
  let due = 0;
  let inFlight = 0;
  let ended = false;
  let last = options.clock.now();
  let cancel: () => void = () => {};

  const settle = (): void => {
    if (!ended || inFlight > 0) return;
    close();
    resolve({ ...counts });
  };
  const send = async (e: Export): Promise<void> => {
    inFlight += 1;
    counts.requests += 1;
    const answer = await post(e);
    inFlight -= 1;
    const taken = answer.rejected === 0;
    counts.acceptedRequests += taken ? 1 : 0;
    counts.refusedRequests += taken ? 0 : 1;
    counts.acceptedItems += e.items - answer.rejected;
    counts.refusedItems += answer.rejected;
    if (!taken) counts.lastRefusal = answer.words;
    settle();
  };
  const end = (): void => {
    ended = true;
    cancel();
    settle();
  };
  const tick = (): void => {
    const now = options.clock.now();
    due = Math.min(due + ((now - last) * options.perSecond) / 1000, Math.max(options.perSecond, 1));
    last = now;
    while (due >= 1 && inFlight < maxInFlight) {
      due -= 1;
      made += 1;
      for (const e of options.next()) void send(e);
      if (options.limit !== undefined && made >= options.limit) {
        end();
        return;
      }
    }
    cancel = options.clock.after(tickMs, tick);
  };
  cancel = options.clock.after(0, tick);
  return {
    counts: () => ({ ...counts }),
    stop: () => {
      end();
      return done;
    },
    done,
  };
};

import type { Agent } from "../../agent/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { scrape } from "../../collector/metrics-text.ts";
import type { Sender } from "../../traffic/sender.ts";
import { type Derived, derivedFrom, nothingDerived } from "./derived.ts";
import type { Display } from "./display.ts";
import { frameOf } from "./frame.ts";
import type { DevModel } from "./model.ts";
import { noShares, observe } from "./shares.ts";
import type { Stage } from "./stage.ts";

/** Four looks a second: quick enough to see an edit take, slow enough to read. */
const lookEveryMs = 250;

export type Shown = {
  readonly agent: Agent;
  readonly stage: Stage;
  /** null as long as nothing is sent. */
  readonly sender: () => Sender | null;
  readonly sources: () => ReadonlyMap<string, string>;
  readonly policies: string;
  readonly scrape: string | null;
  readonly clock: Clock;
};

const nothingSent: DevModel["sent"] = {
  requests: 0,
  acceptedRequests: 0,
  refusedRequests: 0,
  acceptedItems: 0,
  refusedItems: 0,
  lastRefusal: null,
};

const scrapeEveryMs = 1000;

/** The newest scrape of the pull endpoint, made in the background at most once a second; the last good one while there is none. */
const watchDerived = (url: string | null): ((now: number) => Derived) => {
  let derived = nothingDerived;
  let next = 0;
  return (now) => {
    if (url === null || now < next) return derived;
    next = now + scrapeEveryMs;
    void scrape(Number(new URL(url).port), scrapeEveryMs).then(
      (samples) => {
        derived = derivedFrom(samples);
      },
      () => {}, // nothing listens yet, or nothing any more
    );
    return derived;
  };
};

/** Looks at everything again and again and shows it, until the answer is called; that shows it a last time. */
export const keepShowing = (shown: Shown, display: Display): (() => Promise<DevModel>) => {
  const { agent, stage, clock } = shown;
  let shares = noShares;
  let readySince: number | null = null;
  let cancel: () => void = () => {};
  let looking: Promise<DevModel>;
  const derived = watchDerived(shown.scrape);

  const look = async (): Promise<DevModel> => {
    const view = agent.view();
    const now = clock.now();
    if (view.ready) readySince ??= now;
    shares = observe(shares, view.flow, now);
    const model: DevModel = {
      view,
      now,
      readySince,
      policies: shown.policies,
      shares,
      sent: shown.sender()?.counts() ?? nothingSent,
      sink: stage.standIn.counts(),
      accessLog: await stage.accessLog.look(),
      derived: derived(now),
      scrape: shown.scrape,
      frame: frameOf(view, shown.sources()),
      progress: view.live === null ? "starting Collector…" : null,
    };
    display.show(model);
    return model;
  };
  const again = (): void => {
    looking = look();
    void looking.then(() => {
      cancel = clock.after(lookEveryMs, again);
    });
  };
  again();
  return async () => {
    await looking;
    cancel();
    return look();
  };
};

import { type Export, exportsOf, metricsExport, splitChildren } from "./batch.ts";
import { countStatus, envoyMetrics, type StatusCounts } from "./envoy-metrics.ts";
import { everyday, type Mix, nextRequest } from "./mix.ts";
import { type Random, seeded } from "./random.ts";
import type { Request } from "./request.ts";
import type { Records, Source } from "./source.ts";

/** A source, what it is asked, and its share of all requests. */
export type Part = { readonly source: Source; readonly mix?: Mix; readonly weight: number };

/** One request and everything that its proxy told about it. */
export type Event = { readonly target: string; readonly request: Request; readonly records: Records };

export type Scene = { next(now: number): Event };

/** An endless, repeatable stream of requests over several sources. */
export const scene = (parts: readonly Part[], seed: number): Scene => {
  const random: Random = seeded(seed);
  const weighted = parts.map((part) => [part, part.weight] as const);
  return {
    next: (now) => {
      const { source, mix = everyday } = random.pick(weighted);
      const request = nextRequest(mix, random, now);
      return { target: source.target, request, records: source.records(request) };
    },
  };
};

/** Turns events into export requests as proxies do: child spans often in an earlier request, and now and then the proxies' own metrics. */
export const proxyExports = (options: {
  readonly startMs: number;
  readonly metricsEvery: number;
}): ((event: Event, now: number) => readonly Export[]) => {
  let counts: StatusCounts = new Map();
  let seen = 0;
  return ({ request, records }, now) => {
    counts = countStatus(counts, request);
    seen += 1;
    const [children, rest] = splitChildren(records);
    const apart = seen % 4 === 0;
    const exports = apart ? [...exportsOf([children]), ...exportsOf([rest])] : exportsOf([records]);
    if (seen % options.metricsEvery !== 0) return exports;
    return [
      ...exports,
      metricsExport(envoyMetrics(counts, "httproute/prod-ns/chat/rule/0", options.startMs * 1000, now * 1000)),
    ];
  };
};

import type { Random } from "./random.ts";
import type { Parent, Request, RequestKind, Usage } from "./request.ts";

/** What kinds of requests arrive how often, and with which trace context. Weights need not sum to anything. */
export type Mix = {
  readonly authority: string;
  readonly kinds: readonly (readonly [RequestKind, number])[];
  /** Shares of requests that carry a sampled, and an unsampled, remote parent. The rest begin their trace here. */
  readonly remoteSampled: number;
  readonly remoteUnsampled: number;
};

/** Everything a gateway in front of agents sees. */
export const everyday: Mix = {
  authority: "chat.example.com",
  kinds: [
    ["chat", 50],
    ["tool", 12],
    ["mcp", 8],
    ["sensitive", 8],
    ["api", 16],
    ["missing", 3],
    ["unavailable", 3],
  ],
  remoteSampled: 0.25,
  remoteUnsampled: 0.05,
};

/** Asked-for model, the name that answers, and how often. Real names, so that price tables find them. */
const models: readonly (readonly [readonly [asked: string, served: string], number])[] = [
  [["gpt-4o", "gpt-4o-2024-08-06"], 4],
  [["gpt-4o-mini", "gpt-4o-mini-2024-07-18"], 3],
  [["claude-sonnet-4-5", "claude-sonnet-4-5-20250929"], 3],
];

const tools: readonly (readonly [string, number])[] = [
  ["get_weather", 5],
  ["search_orders", 3],
  ["send_refund", 1],
];

const teams: readonly (readonly [string, number])[] = [
  ["checkout", 3],
  ["support", 2],
  ["research", 1],
];

const usageOf = (random: Random): Usage => {
  const fresh = 40 + random.below(900);
  const cacheRead = random.chance(0.3) ? 1024 + random.below(4096) : 0;
  const cacheWrite = random.chance(0.1) ? 1024 + random.below(1024) : 0;
  const reasoning = random.chance(0.2) ? 64 + random.below(512) : 0;
  return {
    input: fresh + cacheRead + cacheWrite,
    output: 20 + random.below(400) + reasoning,
    cacheRead,
    cacheWrite,
    reasoning,
  };
};

const pathOf = (kind: RequestKind, random: Random): string => {
  switch (kind) {
    case "chat":
    case "unavailable":
      return "/v1/chat/completions";
    case "tool":
      return "/tool/execute";
    case "mcp":
      return "/mcp";
    case "sensitive":
      return random.pick([
        ["/api/v1/sensitive", 2],
        ["/api/v1/sensitive/accounts", 1],
        ["/api/v1/sensitive?view=full", 1],
      ]);
    case "api":
      // The last one shares a prefix with the sensitive path but not a whole segment: a path match must not take it.
      return random.pick([
        ["/api/v1/orders", 3],
        ["/api/v1/orders/1042", 2],
        ["/api/v1/sensitive-looking", 1],
      ]);
    case "missing":
      return "/nowhere";
  }
};

const uuid = (random: Random): string => {
  const digits = random.hex(32);
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-9${digits.slice(17, 20)}-${digits.slice(20)}`;
};

const parentOf = (mix: Mix, random: Random): Parent | null => {
  const share = random.next();
  if (share < mix.remoteSampled) return { spanId: random.hex(16), sampled: true };
  return share < mix.remoteSampled + mix.remoteUnsampled ? { spanId: random.hex(16), sampled: false } : null;
};

/** The next request of a mix; everything but its start time comes from `random`. */
export const nextRequest = (mix: Mix, random: Random, startMs: number): Request => {
  const kind = random.pick(mix.kinds);
  const callsModel = kind === "chat" || kind === "unavailable";
  const [model, servedModel] = callsModel ? random.pick(models) : [null, null];
  const isRead = kind === "sensitive" || kind === "api" || kind === "missing";
  return {
    id: uuid(random),
    kind,
    traceId: random.hex(32),
    spanId: random.hex(16),
    childSpanId: random.hex(16),
    parent: parentOf(mix, random),
    startUs: Math.floor(startMs * 1000) + random.below(1000),
    durationUs:
      kind === "chat" ? 180_000 + random.below(1_500_000) : kind === "missing" ? 80 : 900 + random.below(40_000),
    method: isRead ? "GET" : "POST",
    authority: mix.authority,
    path: pathOf(kind, random),
    status: kind === "missing" ? 404 : kind === "unavailable" ? 503 : 200,
    bytesReceived: isRead ? 0 : 200 + random.below(4000),
    bytesSent: kind === "missing" ? 0 : 40 + random.below(8000),
    model,
    servedModel: kind === "chat" ? servedModel : null,
    usage: kind === "chat" ? usageOf(random) : null,
    tool: kind === "tool" || kind === "mcp" ? random.pick(tools) : null,
    team: random.chance(0.8) ? random.pick(teams) : null,
  };
};

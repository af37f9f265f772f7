import type { AgentView } from "../../../src/agent/view.ts";
import type { DevModel } from "../../../src/cli/dev/model.ts";
import { noShares, observe } from "../../../src/cli/dev/shares.ts";

const at = Date.UTC(2026, 10, 24, 4, 31, 8);

const flow = (seconds: number): AgentView["flow"] => [
  { policy: "prod-ns/standard-telemetry", signal: "traces", received: 50 * seconds, kept: 5 * seconds },
  { policy: "prod-ns/standard-telemetry", signal: "logs", received: 25 * seconds, kept: 2 * seconds },
  { policy: "ai-platform/model-metrics", signal: "traces", received: 30 * seconds, kept: 30 * seconds },
];

const view: AgentView = {
  at: "serving",
  ready: true,
  live: { number: 3, digest: "9f3ac21b77aa00ffeedd", since: at - 10_000 },
  lastReload: {
    outcome: "committed",
    reason: "applied",
    digest: "9f3ac21b77aa00ffeedd",
    at: at - 10_000,
    totalMs: 212.4,
    stages: { compile: 8, validate: 41, start: 88 },
    words: null,
  },
  collector: { version: "0.158.0", path: "/opt/otelcol" },
  policies: [
    {
      id: "prod-ns/standard-telemetry",
      state: "partial",
      targets: ["Gateway prod-ns/my-gateway"],
      reason: "TP4001: tracing.context cannot be enforced by a Collector",
    },
    {
      id: "ai-platform/model-metrics",
      state: "active",
      targets: ["Gateway ai-platform/llm-gateway"],
      reason: "",
    },
  ],
  status: [],
  diagnostics: [],
  flow: flow(1000),
  tokens: [
    { target: "Gateway ai-platform/llm-gateway", model: "gpt-4o", bucket: "output", tokens: 1200 },
    { target: "Gateway ai-platform/llm-gateway", model: "gpt-4o", bucket: "uncached_input", tokens: 45_000 },
    { target: "Namespace agents", model: "gpt-4o", bucket: "output", tokens: 34 },
    { target: "Gateway ai-platform/llm-gateway", model: "claude-sonnet-4-5", bucket: "output", tokens: 90 },
  ],
};

/** Half-second snapshots of ten seconds at 10 % kept traces. */
const shares = Array.from({ length: 20 }, (_, i) => i).reduce(
  (book, i) => observe(book, flow(990.5 + i / 2), at - 9500 + i * 500),
  noShares,
);

export const model: DevModel = {
  view,
  now: at,
  readySince: at - 65_000,
  policies: "./otel-policy-dev",
  shares,
  sent: {
    requests: 7000,
    acceptedRequests: 7000,
    refusedRequests: 0,
    acceptedItems: 105_000,
    refusedItems: 0,
    lastRefusal: null,
  },
  sink: { spans: 5000, logs: 0, points: 0 },
  accessLog: {
    path: "/tmp/otel-policy-dev/access.log",
    lines: 2000,
    newest: '{"start_time":"2026-11-24T04:31:07.000Z","response_code":200,"x-token-usage":null}',
  },
  derived: { requests: new Map([["Gateway ai-platform/llm-gateway", 15_000]]), tokens: [] },
  scrape: "http://127.0.0.1:8889/metrics",
  frame: null,
  progress: null,
};

/** The same, after somebody wrote `percent: 120`. */
export const broken: DevModel = {
  ...model,
  view: {
    ...view,
    lastReload: {
      outcome: "rejected",
      reason: "compile_error",
      digest: null,
      at,
      totalMs: 11,
      stages: { compile: 6 },
      words: null,
    },
  },
  frame: [
    "otel-policy-dev/01-draft-example.yaml:18:16  error TP2101  sampling numerator 120 is above its denominator 100",
    "   17 |     samplingRate: ",
    " > 18 |       percent: 120",
    "      |                ^^^",
    "  why   a sampling rate is a probability; it cannot pass 100 %",
    "  fix   use 0–100",
  ].join("\n"),
};

import { usage } from "../genai/usage.ts";
import type { DerivedFamily } from "./types.ts";

/** A metric that is derived from request or model-call records. Names and units follow OpenTelemetry where it has any. */
export type FamilyDefinition = {
  readonly family: DerivedFamily["family"];
  /** What a policy may call it. */
  readonly aliases: readonly string[];
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly type: "Counter" | "Histogram";
  readonly defaults: readonly string[];
  /** Derived as soon as metrics are on, without being named. */
  readonly always: boolean;
};

const requestDimensions = ["http.request.method", "http.response.status_code"];

export const families: readonly FamilyDefinition[] = [
  {
    family: "request_count",
    aliases: [
      "request_count",
      "requests",
      "requests_total",
      "http.server.request.count",
      "gateway.networking.k8s.io/http/request_count",
    ],
    name: "http.server.request.count",
    unit: "{request}",
    description: "Requests that reached the target, one per request record.",
    type: "Counter",
    defaults: requestDimensions,
    always: true,
  },
  {
    family: "request_duration",
    aliases: [
      "request_duration",
      "request_duration_seconds",
      "http.server.request.duration",
      "gateway.networking.k8s.io/http/request_duration",
    ],
    name: "http.server.request.duration",
    unit: "s",
    description: "Duration of requests that reached the target.",
    type: "Histogram",
    defaults: requestDimensions,
    always: true,
  },
  {
    family: "request_size",
    aliases: ["request_size", "http.server.request.body.size"],
    name: "http.server.request.body.size",
    unit: "By",
    description: "Size of request bodies.",
    type: "Histogram",
    defaults: requestDimensions,
    always: false,
  },
  {
    family: "response_size",
    aliases: ["response_size", "http.server.response.body.size"],
    name: "http.server.response.body.size",
    unit: "By",
    description: "Size of response bodies.",
    type: "Histogram",
    defaults: requestDimensions,
    always: false,
  },
  {
    family: "gen_ai_tokens",
    aliases: ["gen_ai_tokens", "token_usage", "tokens", "gen_ai.client.token.usage", "otel_policy.gen_ai.tokens"],
    name: "otel_policy.gen_ai.tokens",
    unit: "{token}",
    description: "Tokens of model calls in disjoint buckets; reasoning is reported apart and lies inside output.",
    type: "Counter",
    defaults: [usage.requestModel, usage.responseModel],
    always: true,
  },
];

/** Buckets of the conventions for `http.server.request.duration`, seconds. */
export const durationBuckets: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];

/** Powers of four from 1 KiB, bytes. */
export const sizeBuckets: readonly number[] = [1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216];

export const familyCalled = (name: string): FamilyDefinition | undefined =>
  families.find((family) => family.aliases.includes(name.toLowerCase()));

export const familyAliases: readonly string[] = families.flatMap((family) => family.aliases);

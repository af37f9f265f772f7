import type { FamilyDefinition } from "./family.ts";
import { genAIFamilies } from "./gen-ai-families.ts";

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
  ...genAIFamilies,
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

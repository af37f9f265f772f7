import type { Wish } from "./client.ts";

const models = ["gpt-4o", "claude-sonnet-4", null];
const teams = ["blue", "red", null];

const headersOf = (index: number): { readonly [name: string]: string } => {
  const model = models[index % models.length];
  const team = teams[(index >> 1) % teams.length];
  return { ...(model ? { "x-model-id": model } : {}), ...(team ? { "x-team": team } : {}) };
};

const parents = [undefined, "sampled", "unsampled", undefined, undefined] as const;

const kinds: readonly Wish[] = [
  { path: "/v1/chat/completions", method: "POST", body: '{"stream":false}' },
  { path: "/v1/chat/completions?user=%E2%82%AC%2F%22", method: "POST", body: "{}" },
  { path: "/v1/slow" },
  { path: "/tool/execute", method: "PUT", body: "x" },
  { path: "/tool/execute-later" },
  { path: "/api/v1/sensitive/7" },
  { path: "/api/missing" },
  { path: "/api/broken" },
  // No route leads there, and nobody listens behind this one: the proxy answers itself.
  { path: "/nowhere" },
  { path: "/dead/end" },
];

/** Requests of every kind, with and without headers and a caller's trace; `from` says which of the endless row is the first. */
export const mixed = (count: number, from = 0): readonly Wish[] =>
  Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    const kind = kinds[index % kinds.length] ?? { path: "/" };
    const parent = parents[Math.floor(index / 3) % parents.length];
    return { ...kind, headers: headersOf(index), ...(parent === undefined ? {} : { parent }) };
  });

/** A caller that leaves before the answer. */
export const hangUp: Wish = { path: "/v1/hang", hangUp: true };

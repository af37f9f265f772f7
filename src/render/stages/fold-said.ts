import type { AgentMetric } from "../../genai/agent-metrics.ts";
import { attribute, quoted } from "../ottl.ts";
import { stamps } from "../stamps.ts";

export const point = (key: string): string => attribute("datapoint", key);
export const stamp = (name: string): string => point(stamps.genAI(name));

type Said = { readonly name: string; readonly value: string; readonly when: readonly string[] };

/** What a point of one metric says of the agent's calls. */
export const saidBy = ({ counts, provider, ...metric }: AgentMetric): readonly Said[] => {
  const set = (name: string, value: string, ...when: readonly string[]): Said => ({ name, value, when });
  const text = (name: string, key: string): Said =>
    set(name, point(key), `IsString(${point(key)})`, `${point(key)} != ""`);
  const calls: readonly Said[] = [
    "is" in provider ? set("provider", quoted(provider.is)) : text("provider", provider.attribute),
    text("requestModel", metric.requestModel),
    text("responseModel", metric.responseModel),
  ];
  switch (counts.family) {
    case "gen_ai_tokens": {
      const { type, buckets } = counts;
      const told = Object.entries(buckets).map(([is, bucket]) =>
        set("bucket", quoted(bucket), `${point(type)} == ${quoted(is)}`),
      );
      return [...calls, ...told];
    }
    case "gen_ai_cost":
      return [...calls, set("bucket", '"unsplit"'), set("cost_source", '"reported"')];
    case "gen_ai_requests": {
      const { error, failed } = counts;
      return [
        ...calls,
        ...(error === null ? [] : [text("error", error)]),
        ...(failed === null
          ? []
          : [
              set(
                "error",
                '"_OTHER"',
                `${point(failed.key)} == ${quoted(failed.is)} or ${point(failed.key)} == ${failed.is}`,
              ),
            ]),
      ];
    }
  }
};

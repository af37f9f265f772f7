import type { Call } from "../command.ts";
import { UsageError } from "../usage-error.ts";
import { code } from "./code.ts";
import { configPath } from "./config-path.ts";
import { target } from "./target.ts";
import type { Explanation, Topic } from "./topic.ts";

/** In this order: a code has no other reading, a path may hold anything after its first `::`. */
export const topics: readonly Topic[] = [code, configPath, target];

export const explainTopic = async (asked: string, call: Call): Promise<Explanation> => {
  const topic = topics.find(({ isAbout }) => isAbout(asked));
  if (topic !== undefined) return topic.explain(asked, call);
  const forms = topics.map(({ name, example }) => `${name} (${example})`).join(", ");
  throw new UsageError(`"${asked}" is none of ${forms}`);
};

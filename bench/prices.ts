import { readFileSync } from "node:fs";
import { callAttributes, gatewayResource, metricsPolicy, spanOf, tracesExport } from "../test/support/model-calls.ts";
import { type PolicyCollector, runPolicies } from "../test/support/policy-collector.ts";
import { settled } from "../test/support/poll.ts";
import type { Benchmark, Row } from "./benchmark.ts";

/** Names that stand in the table, one that a rule finds, and one that only a long rule does. */
const models = [
  ["openai", "gpt-4o"],
  ["anthropic", "claude-sonnet-4-5"],
  ["gcp.gemini", "gemini-2.5-pro"],
  ["openai", "gpt-5-nano-2025-08-07"],
  ["aws.bedrock", "us.anthropic.claude-sonnet-4-5-20250929-v1:0"],
] as const;

const priced = ["gen_ai_cost", "gen_ai_cost_saved", "gen_ai_unpriced"];
const variants = [
  {
    what: "no prices",
    lines: ["genAI: {}", `overrides: [${priced.map((name) => `{name: ${name}, disabled: true}`).join(", ")}]`],
    times: null,
  },
  { what: "default models", lines: ["genAI: {}"], times: 2 },
  { what: "all models", lines: ['genAI: {prices: ["*"]}'], times: 3 },
] as const;

/** CPU of a process so far, in milliseconds; Linux counts in hundredths of a second. */
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const spansPerRequest = 500;
const requests = 80;

const measured = async (run: PolicyCollector): Promise<number> => {
  const spans = Array.from({ length: spansPerRequest }, (_, index) => {
    const [provider, model] = models[index % models.length] ?? models[0];
    return spanOf(
      callAttributes(provider, model, {
        "gen_ai.usage.input_tokens": 1000 + index,
        "gen_ai.usage.output_tokens": 20 + index,
        "gen_ai.usage.cache_read.input_tokens": index,
      }),
    );
  });
  const batch = tracesExport(gatewayResource("bench"), spans);
  const send = async (times: number): Promise<void> => {
    await run.send(Array.from({ length: times }, () => batch));
    await settled(() => cpuOf(run.collector.pid), 200);
  };
  await send(10);
  const before = cpuOf(run.collector.pid);
  await send(requests);
  return ((cpuOf(run.collector.pid) - before) * 1000) / (requests * spansPerRequest);
};

/** CPU per model call on its way through normalisation, price and metrics; and how long the Collector takes to start with the table. */
export const priceSpeed: Benchmark = {
  name: "prices",
  run: async () => {
    const rows: Row[] = [];
    let perSpan = { what: "the same without prices", value: 0 };
    let start = { what: "the same without prices", value: 0 };
    for (const { what, lines, times } of variants) {
      const policy = metricsPolicy("bench", lines);
      const began = performance.now();
      const run = await runPolicies([{ path: "policy.yaml", text: policy }], ["otlp"]);
      const started = performance.now() - began;
      const value = await measured(run).finally(() => run.stop());
      if (times === null) {
        perSpan = { ...perSpan, value };
        start = { ...start, value: started };
      }
      const limit = times === null ? null : times * perSpan.value;
      rows.push({ what: `CPU per model call, ${what}`, value, unit: "µs", baseline: perSpan, limit });
      rows.push({ what: `compile and start, ${what}`, value: started, unit: "ms", baseline: start, limit: 3000 });
    }
    return rows;
  },
};

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { calcPrice } from "@pydantic/genai-prices";
import { type Answer, ask, type Range } from "../../scripts/dashboards/ask.ts";
import { genAI } from "../../scripts/dashboards/gen-ai.ts";
import { budgetsOf } from "../../src/plan/budgets.ts";
import { budgetRules, budgetSeries } from "../../src/render/budget-rules.ts";
import { type Export, exportsOf } from "../../src/traffic/batch.ts";
import { everyday, nextRequest } from "../../src/traffic/mix.ts";
import { type KeyValue, text, texts } from "../../src/traffic/otlp.ts";
import { seeded } from "../../src/traffic/random.ts";
import { isTraced } from "../../src/traffic/request.ts";
import { otlpGateway } from "../../src/traffic/semconv-source.ts";
import { compileText } from "../support/compile-text.ts";
import { freePort } from "../support/free-port.ts";
import { callAttributes, spanOf, tracesExport } from "../support/model-calls.ts";
import { type PolicyCollector, runPolicies, sampleFile } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { noPrometheus, type RunningPrometheus, runPrometheus } from "../support/prometheus.ts";

const run = promisify(execFile);
const templates = join(import.meta.dirname, "../../templates/prometheus");
const panels = genAI.rows.flatMap((row) => row.panels);

/** What the library says calls cost that are sent again here; it never saw the Collector. */
const priceOf = (provider: string, model: string, input: number, output: number, read = 0, write = 0): number => {
  const counts = {
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: read,
    cache_write_tokens: write,
  };
  return calcPrice(counts, model, { providerId: provider })?.total_price ?? Number.NaN;
};

const gateway = {
  attributes: [text("k8s.gateway.name", "llm-gateway"), text("k8s.gateway.namespace", "ai-platform")],
};
const call = (attributes: readonly KeyValue[], failed = false): Export =>
  tracesExport(gateway, [
    spanOf([...attributes, text("http.route", "/v1/chat"), texts("http.request.header.x-team", ["research"])], {
      status: failed ? { code: 2 } : {},
    }),
  ]);
const usage = (input: number, output: number) => ({
  "gen_ai.usage.input_tokens": input,
  "gen_ai.usage.output_tokens": output,
});

/** Calls that the everyday traffic has none of, and what they cost. */
const oddCalls = (): { readonly exports: readonly Export[]; readonly cost: number; readonly calls: number } => {
  const exports = [
    call(callAttributes("openai", "gpt-4o", usage(400_000, 90_000))),
    call([
      ...callAttributes("openai", "gpt-4o", usage(1000, 100)),
      text("http.response.header.cf-aig-cache-status", "HIT"),
    ]),
    call(callAttributes("openai", "no-such-model", usage(10, 10))),
    call(callAttributes("openai", "gpt-4o-mini", {})),
    call(
      [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", "send_refund"),
        text("error.type", "timeout"),
      ],
      true,
    ),
  ];
  return { exports, cost: priceOf("openai", "gpt-4o", 400_000, 90_000), calls: exports.length - 1 };
};

/** The file with its steps of five minutes and one minute as two seconds and one, so that a test need not wait. */
const hurried = (rules: string): string =>
  rules
    .replaceAll("[5m]", "[2s]")
    .replaceAll("offset 5m", "offset 2s")
    .replaceAll('"5m"', '"2s"')
    .replaceAll('"1m"', '"1s"');

/** Each test is skipped by itself, so that all of them are counted as skipped. */
const check = (name: string, body: () => Promise<void>): Promise<void> => test(name, { skip: noPrometheus }, body);

describe("dashboard and rules", () => {
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-dashboards-"));
  let collector: PolicyCollector;
  let prometheus: RunningPrometheus;
  let cost = 0;
  let range: Range;

  before(async () => {
    if (noPrometheus !== false) return;
    collector = await runPolicies([sampleFile("06-model-costs")]);
    const budgets = join(folder, "budgets.yaml");
    writeFileSync(budgets, hurried(budgetRules(budgetsOf(collector.compilation.effective))));
    const recording = join(folder, "recording.yaml");
    writeFileSync(recording, hurried(readFileSync(join(templates, "recording-rules.yaml"), "utf8")));
    prometheus = await runPrometheus({
      port: await freePort(),
      scrape: [collector.prometheusPort],
      rules: [recording, budgets, join(templates, "alerts.yaml")],
    });
    const sum = async (name: string): Promise<number> => {
      const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(`sum(${name})`)}`);
      const body = (await response.json()) as { data: { result: { value: [number, string] }[] } };
      return Number(body.data.result[0]?.value[1] ?? 0);
    };
    const source = otlpGateway("ai-platform", "llm-gateway");
    const random = seeded(5);
    const from = Date.now() / 1000 - 5;
    let calls = 0;
    for (let wave = 0; wave < 4; wave++) {
      const requests = Array.from({ length: 100 }, () => nextRequest(everyday, random, Date.now()));
      const odd = oddCalls();
      const exports = [...exportsOf(requests.map((request) => source.records(request))), ...odd.exports];
      assert.equal(await collector.send(exports), 0);
      const models = requests.filter((request) => isTraced(request) && request.model !== null);
      calls += models.length + odd.calls;
      cost += odd.cost;
      for (const { servedModel, usage } of models)
        if (servedModel !== null && usage !== null)
          cost += priceOf(
            servedModel.startsWith("claude") ? "anthropic" : "openai",
            servedModel,
            usage.input,
            usage.output,
            usage.cacheRead,
            usage.cacheWrite,
          );
      await poll(
        `wave ${wave} scraped`,
        async () => (await sum("otel_policy_gen_ai_requests_total")) === calls,
        15_000,
        200,
      );
    }
    await poll("budgets recorded", async () => (await sum(budgetSeries.spent)) > 2 * cost - 0.01, 20_000, 200);
    range = { from, to: Date.now() / 1000, step: 1 };
  });
  after(async () => {
    await prometheus?.stop();
    await collector?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const answersOf = async (title: string): Promise<readonly Answer[]> => {
    const panel = panels.find((candidate) => candidate.title === title);
    const [query] = panel?.queries ?? [];
    assert.ok(panel !== undefined && query !== undefined, title);
    return ask(prometheus.url, panel, query, range);
  };
  const figureOf = async (title: string): Promise<number> => (await answersOf(title))[0]?.points[0]?.[1] ?? Number.NaN;

  for (const panel of panels)
    check(`"${panel.title}" (${panel.unit}) has data`, async () => {
      for (const query of panel.queries) {
        const answers = await ask(prometheus.url, panel, query, range);
        const values = answers.flatMap(({ points }) => points.map(([, value]) => value));
        assert.ok(
          values.some((value) => value > 0),
          `${query.expr} answered ${JSON.stringify(answers)}`,
        );
      }
    });

  check("the spend is the library's sum, to the cent", async () => {
    assert.ok(cost > 1);
    for (const title of ["Spend in range"]) {
      const figure = await figureOf(title);
      assert.ok(Math.abs(figure - cost) < 0.005, `${title}: ${figure} is not ${cost}`);
    }
    for (const title of ["Spend by $group", "Spend by model", "Spend by route"]) {
      const sum = (await answersOf(title)).reduce((all, { points }) => all + (points[0]?.[1] ?? 0), 0);
      assert.ok(Math.abs(sum - cost) < 0.005, `${title}: ${sum} is not ${cost}`);
    }
  });

  check("what budgets have left is what was not spent", async () => {
    const left = await answersOf("Budget left");
    const platform = left.find(({ metric }) => metric["budget"] === "platform")?.points[0]?.[1] ?? Number.NaN;
    assert.ok(Math.abs(platform - (5000 - cost)) < 0.005, `${platform} is not 5000 - ${cost}`);
    const teams = left.filter(({ metric }) => metric["budget"] === "teams");
    assert.deepEqual(teams.map(({ metric }) => metric["member"]).sort(), ["checkout", "none", "research", "support"]);
    const spent = teams.reduce((sum, { points }) => sum + 1500 - (points[0]?.[1] ?? Number.NaN), 0);
    assert.ok(Math.abs(spent - cost) < 0.005, `${spent} is not ${cost}`);
  });

  check("promtool accepts the rules, and their tests pass", async () => {
    await run("promtool", [
      "check",
      "rules",
      ...["recording-rules.yaml", "alerts.yaml"].map((name) => join(templates, name)),
    ]);
    await run("promtool", ["test", "rules", join(templates, "rules.test.yaml")]);
  });

  check("no name that a policy can give breaks the rules of its budgets", async () => {
    const names = ['a"b', "back\\slash", "{{ .Nope }}", "line\\nbreak", "日本", '$1 `x` {a="b"}', ": - #"];
    const policies = names
      .map(
        (name, index) => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: p${index}, namespace: ns}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g${index}}
  metrics:
    enabled: true
    provider: {type: Prometheus}
    genAI:
      budgets:
        - {name: ${JSON.stringify(name)}, usdPerMonth: 0.000001, by: ${JSON.stringify(name)}}
`,
      )
      .join("---\n");
    const budgets = budgetsOf(compileText(policies).effective);
    assert.equal(budgets.length, names.length);
    const path = join(folder, "odd.yaml");
    writeFileSync(path, budgetRules(budgets));
    await run("promtool", ["check", "rules", path]);
  });
});

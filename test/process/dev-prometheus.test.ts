import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startPrometheus } from "../../src/cli/dev/prometheus.ts";
import { budgetRules } from "../../src/render/budget-rules.ts";
import { poll } from "../support/poll.ts";
import { noPrometheus } from "../support/prometheus.ts";

const scrape = "http://127.0.0.1:1/metrics";

test("without a prometheus on PATH there is none", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "dev-prometheus-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  assert.equal(await startPrometheus({ env: { PATH: folder }, folder, scrape }), null);
});

test("it scrapes, has the rules, takes new budgets, and ends", { skip: noPrometheus }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "dev-prometheus-"));
  const target = createServer((_, response) => response.end("some_total 7\n")).listen(0, "127.0.0.1");
  t.after(() => {
    target.close();
    rmSync(folder, { recursive: true, force: true });
  });
  await once(target, "listening");
  const address = target.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const prometheus = await startPrometheus({
    env: process.env,
    folder,
    scrape: `http://127.0.0.1:${port}/metrics`,
  });
  assert.ok(prometheus !== null);
  const ask = (path: string): Promise<string> =>
    fetch(`${prometheus.url}/api/v1/${path}`).then(
      (response) => response.text(),
      () => "",
    );
  try {
    await poll("a scrape", async () => /"7"/.test(await ask("query?query=some_total")), 20_000, 100);
    const rules = await ask("rules");
    assert.match(rules, /otel_policy:gen_ai_cost_usd:increase5m/);
    assert.match(rules, /GenAIBudgetBurnsVeryFast/);
    prometheus.tellBudgets(
      budgetRules([{ policy: "ns/p", name: "n", usdPerMonth: 1, by: null, targets: [{ "k8s.gateway.name": "g" }] }]),
    );
    await poll("the new budget", async () => /otel_policy_budget ns\/p n/.test(await ask("rules")), 10_000, 100);
  } finally {
    await prometheus.stop();
  }
  assert.equal(await ask("rules"), "");
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { filledIn } from "../../../scripts/dashboards/ask.ts";
import { documents } from "../../../scripts/dashboards/documents.ts";
import { genAI } from "../../../scripts/dashboards/gen-ai.ts";
import { series } from "../../../scripts/dashboards/promql.ts";
import { families } from "../../../src/plan/families.ts";

const panels = genAI.rows.flatMap((row) => row.panels);

describe("generated dashboards and rules", () => {
  for (const [path, text] of documents())
    test(`templates/${path} is what \`npm run dashboards\` writes`, () => {
      assert.equal(readFileSync(new URL(`../../../templates/${path}`, import.meta.url), "utf8"), text);
    });

  test("every series is one that policies derive, under Prometheus' own name for it", () => {
    const translated = families.map(({ name, unit, type }) => {
      const suffix = unit === "s" ? "_seconds" : unit === "USD" ? "_USD" : "";
      return `${name.replaceAll(".", "_")}${suffix}${type === "Counter" ? "_total" : ""}`;
    });
    assert.deepEqual(
      Object.values(series).filter((name) => !translated.includes(name)),
      [],
    );
  });

  test("queries use variables of the dashboard and Grafana's own, and no others", () => {
    for (const panel of panels)
      for (const { expr } of panel.queries) {
        const filled = filledIn(expr, "900s", "60s", {});
        assert.doesNotMatch(filled.replaceAll('"$1"', ""), /\$/, panel.title);
      }
    assert.throws(() => filledIn("sum($nope)", "1m", "1m", {}), /no variable/);
  });

  test("rows fill 24 columns, and no two panels of a row are called alike", () => {
    for (const { title, panels: row } of genAI.rows) {
      assert.equal(row.reduce((sum, { width }) => sum + width, 0) % 24, 0, title);
      assert.equal(new Set(row.map((panel) => panel.title)).size, row.length, title);
    }
  });

  test("Grafana gets every panel with every query, in place", () => {
    const text = documents().get("grafana/gen-ai.json") ?? "";
    const dashboard = JSON.parse(text) as {
      uid: string;
      panels: { type: string; title: string; targets?: { expr: string }[]; gridPos: { x: number; w: number } }[];
    };
    assert.equal(dashboard.uid, "otel-policy-gen-ai");
    const drawn = dashboard.panels.filter(({ type }) => type !== "row");
    assert.deepEqual(
      drawn.map(({ title, targets = [] }) => [title, ...targets.map(({ expr }) => expr)]),
      panels.map(({ title, queries }) => [title, ...queries.map(({ expr }) => expr)]),
    );
    for (const { title, gridPos } of drawn) assert.ok(gridPos.x + gridPos.w <= 24, title);
  });
});

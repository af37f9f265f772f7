import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { drainingIngest } from "../../../src/agent/ingest-drain.ts";
import { compile } from "../../../src/compile.ts";

const ingestOf = (base: string): string =>
  compile([], {
    dataPlanes: ["otlp"],
    rootNamespace: null,
    allowEndpoints: [],
    base: { path: "base.yaml", text: base },
    topology: "handover",
    collector: null,
    redirectSinks: null,
  }).rendered?.ingest?.yaml ?? "";

test("an ingest that drains has no receiver of the platform's in any pipeline, and all else as before", () => {
  const base = readFileSync(new URL("../../../templates/collector/base.yaml", import.meta.url), "utf8");
  const config = ingestOf(
    base
      .replace("  otlp:\n", "  otlp/more: {protocols: {http: {endpoint: 127.0.0.1:1}}}\n  otlp:\n")
      .replaceAll("[otlp]", "[otlp, otlp/more]"),
  );
  const drained = drainingIngest(config) ?? "";
  const lists = [...drained.matchAll(/receivers:\n((?: {8}- .*\n)+)/g)].map(([, list = ""]) => list);
  assert.equal(lists.length, 8);
  for (const list of lists) assert.match(list, /^ {8}- "otlp\/otel_policy_\w+"\n$/);
  const rest = (text: string): string => text.replaceAll(/receivers:\n(?: {8}- .*\n)+/g, "");
  assert.equal(rest(drained), rest(config));
});

test("a config without entry pipelines cannot be drained so", () =>
  assert.equal(drainingIngest("receivers: {}\n"), null));

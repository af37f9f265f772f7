import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { compile } from "../src/compile.ts";
import { defaultProfileNames } from "../src/dataplane/profiles.ts";
import type { SourceFile } from "../src/diagnostics/source.ts";
import { type Benchmark, type Row, timed } from "./benchmark.ts";

const read = (path: string): string => readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8");

const draft = read("samples/01-draft-example/policy.yaml");

/** The draft's example for as many Gateways; every tenth has a rate of its own, so classes and rows are both exercised. */
const policies = (count: number): readonly SourceFile[] =>
  Array.from({ length: count }, (_, index) => ({
    path: `policy-${index}.yaml`,
    text: draft
      .replace("name: standard-telemetry", `name: telemetry-${index}`)
      .replace("name: my-gateway", `name: gateway-${index}`)
      .replace("percent: 5\n", `percent: ${index % 10 === 0 ? 1 + (index % 90) : 5}\n`),
  }));

const base = { path: "base.yaml", text: read("templates/collector/base.yaml") };

const measure = async (count: number, limit: number | null, times: number): Promise<Row> => {
  const files = policies(count);
  const options = {
    dataPlanes: defaultProfileNames,
    rootNamespace: null,
    allowEndpoints: [],
    base,
    topology: "handover",
    collector: null,
    redirectSinks: null,
  } as const;
  const parsed = await timed(() => files.map(({ text }) => parseAllDocuments(text)), times, 3);
  const compiled = compile(files, options);
  if (compiled.rendered === null || compiled.effective.length !== count)
    throw new Error(`only ${compiled.effective.length} of ${count} policies compiled`);
  const value = await timed(() => compile(files, options), times, 3);
  const what = count === 1 ? "compile 1 policy, warm" : `compile ${count} policies`;
  return { what, value, unit: "ms", baseline: { what: "parse the same YAML", value: parsed }, limit };
};

export const compileSpeed: Benchmark = {
  name: "compile",
  run: async () => [await measure(1, 20, 25), await measure(100, null, 9), await measure(1_000, 2_000, 5)],
};

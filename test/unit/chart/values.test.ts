import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { chartFiles } from "../../../scripts/chart/files.ts";

const chart = fileURLToPath(new URL("../../../templates/helm/otel-policy-agent", import.meta.url));
const read = (path: string): string => readFileSync(join(chart, path), "utf8");

type Value = null | string | number | boolean | readonly Value[] | { readonly [key: string]: Value };
type Schema = { readonly properties?: { readonly [key: string]: Schema }; readonly additionalProperties?: unknown };

const values: Value = parse(read("values.yaml"));
const schema: Schema = JSON.parse(read("values.schema.json"));
const templates = readdirSync(join(chart, "templates"))
  .map((name) => read(`templates/${name}`))
  .join("\n");
const readme = read("README.md");

const isMap = (value: Value): value is { readonly [key: string]: Value } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Every value a user can set by itself: the entries of blocks whose fields the schema names. */
const leavesOf = (value: Value, at: Schema | undefined, path: readonly string[] = []): readonly string[] =>
  isMap(value) && at?.properties !== undefined && at.additionalProperties === false
    ? Object.entries(value).flatMap(([key, inside]) => leavesOf(inside, at.properties?.[key], [...path, key]))
    : [path.join(".")];

const schemaLeaves = (at: Schema, path: readonly string[] = []): readonly string[] =>
  at.properties !== undefined && at.additionalProperties === false
    ? Object.entries(at.properties).flatMap(([key, inside]) => schemaLeaves(inside, [...path, key]))
    : [path.join(".")];

const leaves = leavesOf(values, schema);

/** What templates read, `.Values.a.b`, and what they read through an index over a block. */
const used = new Set([...templates.matchAll(/\.Values\.([A-Za-z0-9.]+)/g)].map(([, path]) => path ?? ""));

describe("every value of the chart", () => {
  test("is in the schema, and the schema has no others", () => {
    assert.ok(leaves.length > 60, `${leaves.length} values`);
    // `global` is Helm's own; `claims` of resources is allowed and has no default.
    const more = /^global$|resources\.|^ports\.admin\.|\.claims$/;
    assert.deepEqual(
      schemaLeaves(schema).filter((path) => !leaves.includes(path) && !more.test(path)),
      [],
      "in the schema only",
    );
    assert.deepEqual(
      leaves.filter((path) => !schemaLeaves(schema).includes(path) && !more.test(path)),
      [],
      "in values.yaml only",
    );
  });

  test("is used by a template", () => {
    const isUsed = (path: string): boolean =>
      [...used].some((read) => read === path || path.startsWith(`${read}.`) || read.startsWith(`${path}.`));
    assert.deepEqual(
      leaves.filter((path) => !isUsed(path)),
      [],
    );
    const known = (path: string): boolean =>
      leaves.some((leaf) => leaf === path || leaf.startsWith(`${path}.`) || path.startsWith(`${leaf}.`));
    assert.deepEqual(
      [...used].filter((path) => !known(path)),
      [],
      "read by a template and not in values.yaml",
    );
  });

  test("is explained in the README", () => {
    const explained = new Set([...readme.matchAll(/^\| `([A-Za-z0-9.]+)` \|/gm)].map(([, path]) => path ?? ""));
    assert.deepEqual(
      leaves.filter((leaf) => !explained.has(leaf) && ![...explained].some((path) => leaf.startsWith(`${path}.`))),
      [],
    );
    assert.deepEqual(
      [...explained].filter((path) => !leaves.some((leaf) => leaf === path || leaf.startsWith(`${path}.`))),
      [],
      "explained and gone",
    );
  });
});

describe("the chart's copies", () => {
  test("are those of templates/grafana and templates/prometheus (node scripts/chart.ts writes them)", () => {
    const copies = ["dashboards", "rules"].flatMap((folder) =>
      existsSync(join(chart, "files", folder))
        ? readdirSync(join(chart, "files", folder)).map((name) => `${folder}/${name}`)
        : [],
    );
    const wanted = chartFiles(fileURLToPath(new URL("../../..", import.meta.url)));
    assert.deepEqual(copies.sort(), [...wanted.keys()].sort());
    for (const [path, text] of wanted) assert.equal(read(`files/${path}`), text, path);
  });
});

describe("the chart and the program", () => {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(fileURLToPath(new URL("../../../package.json", import.meta.url)), "utf8"),
  );

  test("have one version", () => {
    const { version, appVersion } = parse(read("Chart.yaml"));
    assert.deepEqual([version, appVersion], [manifest.version, manifest.version]);
  });

  test("the flags that the pod is started with exist", async () => {
    const { agent } = await import("../../../src/cli/commands/agent.ts");
    const { render } = await import("../../../src/cli/commands/render.ts");
    const known = new Set([...agent.flags, ...render.flags].map(({ name }) => name));
    const given = [...templates.matchAll(/(?:^\s+- |printf ")"?--([a-z-]+)/gm)].map(([, name]) => name ?? "");
    assert.ok(given.length > 10);
    assert.deepEqual(
      given.filter((name) => !known.has(name) && name !== "config"),
      [],
    );
  });

  test("the alerts ask for metrics that exist", async () => {
    const { metricNames } = await import("../../../src/telemetry/names.ts");
    const asked = [...templates.matchAll(/\botel_policy_[a-z_]+/g)].map(([name]) => name);
    assert.ok(asked.length >= 4);
    assert.deepEqual(
      asked.filter((name) => !metricNames.some((known) => known === name)),
      [],
    );
  });

  test("the default base config is the program's own, but for its memory", () => {
    const own = parse(
      readFileSync(fileURLToPath(new URL("../../../templates/collector/base.yaml", import.meta.url)), "utf8"),
    );
    const { base } = parse(read("values.yaml"));
    own.processors.memory_limiter.limit_percentage = base.processors.memory_limiter.limit_percentage;
    own.processors.memory_limiter.spike_limit_percentage = base.processors.memory_limiter.spike_limit_percentage;
    assert.deepEqual(base, own);
  });
});

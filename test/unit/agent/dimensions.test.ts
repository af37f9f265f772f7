import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { dimensionRows, learn, type Seen, seenKey, valuesIn } from "../../../src/agent/dimension-rows.ts";
import { storedValues, storeValues } from "../../../src/agent/dimension-store.ts";
import { droppedIn } from "../../../src/agent/series-watch.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";
import type { DimensionCap, Plan } from "../../../src/plan/types.ts";

const rows: Plan["rows"] = [
  { target: { kind: "Gateway", namespace: "ns", name: "gw" }, policy: "ns/p", classes: {}, values: {} },
  { target: { kind: "Namespace", namespace: "shop", name: "shop" }, policy: "shop/q", classes: {}, values: {} },
];
const cap = (limit: number): DimensionCap => ({ policy: "ns/p", key: "team", limit });
const found = (...values: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> =>
  new Map([[seenKey({ policy: "ns/p", key: "team" }), new Set(values)]]);
const valuesOf = (seen: Seen): readonly string[] => seen.get(seenKey({ policy: "ns/p", key: "team" }))?.values ?? [];

describe("a scrape", () => {
  test("gives the values of each policy's dimensions, by the target that a series names", () => {
    const text = String.raw`# TYPE otel_policy_dimension_values_total counter
otel_policy_dimension_values_total{k8s_gateway_name="gw",k8s_gateway_namespace="ns",otel_policy_dimension="team",otel_scope_name="",team="a\"b\n\\c"} 3
otel_policy_dimension_values_total{k8s_gateway_name="gw",k8s_gateway_namespace="ns",otel_policy_dimension="team",team="other"} 3
otel_policy_dimension_values_total{k8s_gateway_name="gw",k8s_gateway_namespace="ns",otel_policy_dimension="team",team=""} 3
otel_policy_dimension_values_total{k8s_gateway_name="gone",k8s_gateway_namespace="ns",otel_policy_dimension="team",team="x"} 1
otel_policy_dimension_values_total{gen_ai_request_model="m",k8s_namespace_name="shop",otel_policy_dimension="gen_ai.request.model"} 1
otel_policy_pipeline_items_total{policy="ns/p"} 1
`;
    assert.deepEqual(
      valuesIn(parseMetrics(text), rows),
      new Map([
        [seenKey({ policy: "ns/p", key: "team" }), new Set(['a"b\n\\c'])],
        [seenKey({ policy: "shop/q", key: "gen_ai.request.model" }), new Set(["m"])],
      ]),
    );
  });
});

describe("values of a dimension", () => {
  test("stay in the order of first sight; those of one scrape are in the order of their texts", () => {
    const first = learn(new Map(), [cap(10)], found("c", "b"));
    assert.deepEqual(valuesOf(first.seen), ["b", "c"]);
    const second = learn(first.seen, [cap(10)], found("a", "c"));
    assert.deepEqual(valuesOf(second.seen), ["b", "c", "a"]);
    assert.deepEqual([second.isChanged, second.full], [true, []]);
  });

  test("that are known already change nothing", () => {
    const { seen } = learn(new Map(), [cap(10)], found("a"));
    const again = learn(seen, [cap(10)], found("a"));
    assert.equal(again.seen, seen);
    assert.equal(again.isChanged, false);
  });

  test("are full once, at their limit, and then take no more", () => {
    const full = learn(new Map(), [cap(2)], found("c", "b", "a"));
    assert.deepEqual(valuesOf(full.seen), ["a", "b"]);
    assert.deepEqual(full.full, [cap(2)]);
    const later = learn(full.seen, [cap(2)], found("d"));
    assert.deepEqual([later.isChanged, later.full], [false, []]);
    assert.deepEqual(dimensionRows([cap(2)], later.seen), [{ policy: "ns/p", dimension: "team", values: 2, limit: 2 }]);
  });

  test("take more where the limit was raised, and keep their names where it was lowered for a while", () => {
    const { seen } = learn(new Map(), [cap(2)], found("a", "b", "c"));
    assert.deepEqual(valuesOf(learn(seen, [cap(1)], found("d")).seen), ["a", "b"]);
    assert.deepEqual(dimensionRows([cap(1)], seen), [{ policy: "ns/p", dimension: "team", values: 1, limit: 1 }]);
    assert.deepEqual(valuesOf(learn(seen, [cap(3)], found("c", "d")).seen), ["a", "b", "c"]);
  });

  test("of a dimension that no policy has are not taken", () => {
    assert.equal(learn(new Map(), [], found("a")).isChanged, false);
  });
});

describe("the stored lists", () => {
  const inFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "values-"));
    await body(folder).finally(() => rmSync(folder, { recursive: true }));
  };
  const entry = (policy: string, ...values: readonly string[]) =>
    [seenKey({ policy, key: "team" }), { policy, key: "team", values }] as const;

  test("come back as they were, in their order, any text", () =>
    inFolder(async (folder) => {
      const seen = new Map([entry("ns/p", "z", "a\u0000b", "\u2028\n$", "a")]);
      await storeValues(folder, seen, () => true);
      assert.deepEqual(await storedValues(folder), seen);
    }));

  test("of policies that are gone are kept, up to a bound, the latest", () =>
    inFolder(async (folder) => {
      const gone = Array.from({ length: 300 }, (_, index) => entry(`ns/gone-${index}`, "x"));
      const needed = entry("ns/p", "a");
      await storeValues(folder, new Map([needed, ...gone]), (key) => key === needed[0]);
      const stored = await storedValues(folder);
      assert.equal(stored.size, 201);
      assert.ok(stored.has(needed[0]));
      assert.ok(stored.has(seenKey({ policy: "ns/gone-299", key: "team" })));
      assert.ok(!stored.has(seenKey({ policy: "ns/gone-0", key: "team" })));
    }));

  test("that are none, or cut short, are an empty start", () =>
    inFolder(async (folder) => {
      assert.equal((await storedValues(folder)).size, 0);
      for (const text of ["", "[[", "{}", '[["a"]]', '[["p","k",[1]]]']) {
        writeFileSync(join(folder, "dimension-values.json"), text);
        assert.equal((await storedValues(folder)).size, 0, text);
      }
    }));
});

test("points that were dropped for their number are told from other errors", () => {
  const text = `otelcol_deltatocumulative_datapoints{otel_scope="a"} 100
otelcol_deltatocumulative_datapoints{error="limit"} 7
otelcol_deltatocumulative_datapoints_total{error="limit"} 5
otelcol_deltatocumulative_datapoints{error="delta.ErrOutOfOrder"} 3
`;
  assert.equal(droppedIn(parseMetrics(text)), 12);
});

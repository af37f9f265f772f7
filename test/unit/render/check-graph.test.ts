import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../../src/base/canonical.ts";
import { checkPlan } from "../../../src/plan/check.ts";
import { checkGraph } from "../../../src/render/check-graph.ts";
import type { CollectorConfig } from "../../../src/render/types.ts";
import { compileText, draftPolicy } from "../../support/compile-text.ts";

const { plan, rendered } = compileText(
  draftPolicy("a", "  tracing: {samplingRate: {percent: 5}}\n  metrics: {enabled: true}"),
);
const config = rendered?.core.config ?? {};
const [traces] = plan.classes.filter(({ signal }) => signal === "traces");
const id = traces?.id ?? "";

type Mutable = { [key: string]: Mutable } & Json;

const changed = (
  change: (pipelines: { [id: string]: { processors: string[]; exporters: string[] } }, processors: Mutable) => void,
): CollectorConfig => {
  const copy = structuredClone(config) as unknown as {
    service: { pipelines: { [id: string]: { processors: string[]; exporters: string[] } } };
    processors: Mutable;
  };
  change(copy.service.pipelines, copy.processors);
  return copy as unknown as CollectorConfig;
};

describe("the order that must hold is proven on the rendered graph", () => {
  test("what is rendered passes", () => assert.deepEqual(checkGraph(config, plan), []));
  test("metrics derived after a sampler are found", () => {
    const found = checkGraph(
      changed((pipelines) => {
        const kept = pipelines[`traces/otel_policy_${id}_kept`];
        kept?.exporters.push(`signal_to_metrics/otel_policy_${id}`);
      }),
      plan,
    );
    assert.match(found[0]?.message ?? "", /derives metrics after a sampler/);
  });
  test("an exporter that is reached without redaction is found", () => {
    const found = checkGraph(
      changed((_, processors) => {
        delete processors[`transform/otel_policy_${id}_head`];
      }),
      plan,
    );
    assert.match(found[0]?.message ?? "", /without redaction/);
  });
});

describe("the order of stages is proven on the plan", () => {
  test("a sampler before a derivation is found", () => {
    const wrong = {
      ...plan,
      classes: plan.classes.map((policyClass) => ({ ...policyClass, stages: [...policyClass.stages].reverse() })),
    };
    assert.ok(checkPlan(wrong).length > 0);
  });
  test("what is planned passes", () => assert.deepEqual(checkPlan(plan), []));
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { located } from "../../../src/diagnostics/origin.ts";
import type { PolicySet, TelemetryPolicy } from "../../../src/policy/types.ts";
import {
  type Amounts,
  type BudgetName,
  budgetNames,
  type Cost,
  limitsOf,
  type NamespaceBudgets,
  usualBudgets,
  withinBudgets,
} from "../../../src/resolve/budgets.ts";
import { resolve } from "../../../src/resolve/resolve.ts";
import { statusOf } from "../../../src/resolve/status.ts";
import { gateway, policy, setOf } from "./policies.ts";

const free: Cost = { own: {}, shared: new Map() };
const day = (number: number): string => `2026-01-0${number}T00:00:00Z`;

/** Budgets of every namespace; whatever is not named has no limit. */
const budgetsOf = (everyone: Partial<Amounts>, own: NamespaceBudgets["own"] = new Map()): NamespaceBudgets => ({
  everyone: {
    policies: Infinity,
    targets: Infinity,
    dimensions: Infinity,
    statements: Infinity,
    "config-bytes": Infinity,
    regex: Infinity,
    ...everyone,
  },
  own,
});

const decide = (
  set: PolicySet,
  budgets: NamespaceBudgets,
  costOf: (policy: TelemetryPolicy) => Cost = () => free,
  rootNamespace: string | null = null,
) => {
  const { value, diagnostics } = withinBudgets(set, { budgets, rootNamespace, costOf });
  return { in: value.map(({ id }) => id), diagnostics, out: diagnostics.map(({ policy }) => policy) };
};

/** A policy that adds dimensions of these keys; `null` takes one away. */
const withDimensions = (bare: TelemetryPolicy, keys: readonly (string | null)[]): TelemetryPolicy => {
  const ours = { kind: "default", rule: "test" } as const;
  return {
    ...bare,
    metrics: {
      mode: located("Enabled", ours),
      provider: null,
      overrides: [
        {
          name: located("request_count", ours),
          type: null,
          disabled: located(false, ours),
          dimensions: keys.map((key, index) => ({
            key: located(key ?? `removed-${index}`, ours),
            source: key === null ? null : located({ from: "header", name: key }, ours),
          })),
        },
      ],
    },
  };
};

const aged = (id: string, age: number): TelemetryPolicy =>
  policy(id, [gateway("a", id.replace("/", "-"))], { createdAt: day(age) });
const three = [aged("a/old", 1), aged("a/middle", 2), aged("a/young", 3)];

describe("exactly at the limit all fit; one below it exactly the youngest does not", () => {
  const cost: Cost = {
    own: { statements: 10, "config-bytes": 1000 },
    shared: new Map([["class x", { statements: 100, "config-bytes": 5000, regex: 7 }]]),
  };
  const each = (of: (one: TelemetryPolicy) => Cost) => ({ set: setOf(three), costOf: of });
  const alone = (one: TelemetryPolicy): Cost => ({ own: {}, shared: new Map([[one.id, { regex: 10 }]]) });
  const cases: readonly {
    readonly budget: BudgetName;
    readonly used: number;
    readonly set: PolicySet;
    readonly costOf: (one: TelemetryPolicy) => Cost;
  }[] = [
    { budget: "policies", used: 3, ...each(() => cost) },
    { budget: "targets", used: 3, ...each(() => cost) },
    {
      budget: "dimensions",
      used: 6,
      costOf: () => cost,
      set: setOf(three.map((one) => withDimensions(one, ["x-a", null, "x-b"]))),
    },
    // Three times its own, once what all of them share.
    { budget: "statements", used: 130, ...each(() => cost) },
    { budget: "config-bytes", used: 8000, ...each(() => cost) },
    { budget: "regex", used: 30, ...each(alone) },
  ];
  test("every budget has a case", () =>
    assert.deepEqual(cases.map(({ budget }) => budget).sort(), [...budgetNames].sort()));
  for (const { budget, used, set, costOf } of cases)
    test(budget, () => {
      assert.deepEqual(decide(set, budgetsOf({ [budget]: used }), costOf).out, []);
      const { in: inside, diagnostics } = decide(set, budgetsOf({ [budget]: used - 1 }), costOf);
      assert.deepEqual(inside, ["a/old", "a/middle"]);
      const [found, ...more] = diagnostics;
      assert.deepEqual([found?.code, found?.policy, found?.severity, more], ["TP3008", "a/young", "error", []]);
      assert.ok(found?.message.includes(`${used} of ${used - 1} `), found?.message);
      assert.deepEqual(found?.at, { file: "a-young.yaml", start: 10, end: 20 });
      assert.ok(found?.fix.includes(`--namespace-budget a/${budget}=${used}`), found?.fix);
    });
});

test("every budget that has no room is told, with its numbers", () => {
  const { diagnostics } = decide(setOf(three), budgetsOf({ policies: 2, targets: 2 }));
  assert.equal(
    diagnostics[0]?.message,
    "the budget of namespace a has no room for this policy: it would be 3 of 2 policies, 3 of 2 targets",
  );
});

test("one that does not fit leaves room for a younger one that does", () => {
  const costOf = (one: TelemetryPolicy): Cost => ({
    own: { statements: one.id === "a/middle" ? 90 : 20 },
    shared: new Map(),
  });
  assert.deepEqual(decide(setOf(three), budgetsOf({ statements: 50 }), costOf).out, ["a/middle"]);
});

test("age decides, not the place in the set; without a timestamp the name", () => {
  const reversed = setOf(three.toReversed());
  assert.deepEqual(decide(reversed, budgetsOf({ policies: 2 })).out, ["a/young"]);
  const named = ["a/c", "a/a", "a/b"].map((id) => policy(id, [gateway("a", id)]));
  assert.deepEqual(decide(setOf(named), budgetsOf({ policies: 1 })).out.sort(), ["a/b", "a/c"]);
});

test("what several share is paid by the first that fits, so nothing is owed for one that does not", () => {
  const cost: Cost = { own: { statements: 1 }, shared: new Map([["class x", { statements: 50 }]]) };
  const costOf = (one: TelemetryPolicy): Cost => (one.id === "a/old" ? { ...cost, own: { statements: 100 } } : cost);
  // old: 150, does not fit; middle: 51; young: 1.
  assert.deepEqual(decide(setOf(three), budgetsOf({ statements: 52 }), costOf).out, ["a/old"]);
});

test("a target that is named twice is one", () => {
  const twice = policy("a/p", [gateway("a", "x"), gateway("a", "x")]);
  assert.deepEqual(decide(setOf([twice]), budgetsOf({ targets: 1 })).out, []);
});

test("a flood is counted, and neither drafted nor rendered", () => {
  const flood = Array.from({ length: 300 }, (_, index) => policy(`a/p${index}`, [gateway("a", `g${index}`)]));
  let weighed = 0;
  const costOf = (): Cost => {
    weighed += 1;
    return free;
  };
  const { out } = decide(setOf(flood), budgetsOf({ policies: 20 }), costOf);
  assert.deepEqual([out.length, weighed], [280, 20]);
});

describe("whose budget", () => {
  const others = [aged("b/one", 1), aged("b/two", 2)];
  test("each namespace has its own", () => {
    assert.deepEqual(decide(setOf([...three, ...others]), budgetsOf({ policies: 2 })).out, ["a/young"]);
  });
  test("one namespace can have another", () => {
    const budgets = budgetsOf(
      { policies: 2 },
      new Map([
        ["a", { policies: 3 }],
        ["b", { policies: 1 }],
      ]),
    );
    assert.deepEqual(decide(setOf([...three, ...others]), budgets).out, ["b/two"]);
  });
  test("the root namespace has none, unless one is named for it", () => {
    assert.deepEqual(decide(setOf(three), budgetsOf({ policies: 1 }), undefined, "a").out, []);
    const named = budgetsOf({ policies: 1 }, new Map([["a", { policies: 2 }]]));
    assert.deepEqual(decide(setOf(three), named, undefined, "a").out, ["a/young"]);
  });
  test("what is named for one namespace goes before; the others stay usual", () => {
    const budgets: NamespaceBudgets = { everyone: usualBudgets, own: new Map([["a", { targets: 7 }]]) };
    assert.deepEqual(limitsOf("a", budgets, null), { ...usualBudgets, targets: 7 });
    assert.deepEqual(limitsOf("b", budgets, null), usualBudgets);
  });
});

describe("a policy that is left out for a while", () => {
  test("keeps its place, so that the next in line does not come and go with it", () => {
    const [old, middle, young] = three;
    assert.ok(old !== undefined && middle !== undefined && young !== undefined);
    const set: PolicySet = { ...setOf([middle, young]), aside: [old] };
    assert.deepEqual(decide(set, budgetsOf({ policies: 2 })).out, ["a/young"]);
  });
  test("has one place, when a former version of it is in force meanwhile", () => {
    const set: PolicySet = { ...setOf(three), aside: three.slice(0, 1) };
    assert.deepEqual(decide(set, budgetsOf({ policies: 3 })).out, []);
  });
});

test("status: Accepted=False, OverBudget, whatever its targets; the message has code and numbers", () => {
  const set = setOf(three);
  const { value, diagnostics } = withinBudgets(set, {
    budgets: budgetsOf({ policies: 2 }),
    rootNamespace: null,
    costOf: () => free,
  });
  const resolved = resolve({ ...set, policies: value }, { rootNamespace: null });
  const status = statusOf(set, resolved.value, [...diagnostics, ...resolved.diagnostics]);
  const conditionsOf = (id: string) => status.find(({ policy }) => policy === id)?.ancestors[0]?.conditions ?? [];
  const [accepted, refs, ...more] = conditionsOf("a/young");
  assert.deepEqual([accepted?.type, accepted?.status, accepted?.reason], ["Accepted", "False", "OverBudget"]);
  assert.match(accepted?.message ?? "", /^TP3008: .* 3 of 2 policies$/);
  assert.deepEqual([refs?.type, refs?.status, more], ["ResolvedRefs", "Unknown", []]);
  assert.equal(conditionsOf("a/old")[0]?.status, "True");
});

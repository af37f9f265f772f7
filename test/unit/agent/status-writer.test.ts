import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StatusWriter } from "../../../src/agent/status-writer.ts";
import type { ApiAnswer } from "../../../src/agent/status-writer-api.ts";
import { mergedAncestors } from "../../../src/agent/status-writer-merge.ts";
import type { AgentView } from "../../../src/agent/view.ts";
import type { Json } from "../../../src/base/canonical.ts";
import { controllerName } from "../../../src/resolve/status.ts";
import type { AncestorStatus, Condition, PolicyStatus } from "../../../src/resolve/types.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { handClock } from "../../support/hand-clock.ts";

const condition = (status: Condition["status"], message = ""): Condition => ({
  type: "Accepted",
  status,
  reason: status === "True" ? "Accepted" : "Conflicted",
  message,
  observedGeneration: null,
});
const ancestor = (name: string, ...conditions: readonly Condition[]): AncestorStatus => ({
  ancestorRef: { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "prod", name },
  controllerName,
  conditions,
});
const theirs = {
  ancestorRef: { kind: "Gateway", name: "edge" },
  controllerName: "gateway.example/controller",
  conditions: [],
};

describe("the entries of status.ancestors", () => {
  test("ours are replaced, those of other controllers stay, and stay first", () => {
    const old = { ancestorRef: { kind: "Gateway", name: "gone" }, controllerName, conditions: [] };
    const merged = mergedAncestors([old, theirs], [ancestor("edge", condition("True"))], "2026-01-01T00:00:00Z");
    assert.deepEqual(merged, [
      theirs,
      {
        ancestorRef: { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "prod", name: "edge" },
        controllerName,
        conditions: [
          {
            type: "Accepted",
            status: "True",
            reason: "Accepted",
            message: "",
            lastTransitionTime: "2026-01-01T00:00:00Z",
          },
        ],
      },
    ]);
  });

  test("what would change nothing but times is not written", () => {
    const first = mergedAncestors([], [ancestor("edge", condition("True"))], "2026-01-01T00:00:00Z") ?? assert.fail();
    assert.equal(mergedAncestors(first, [ancestor("edge", condition("True"))], "2026-02-02T00:00:00Z"), null);
  });

  test("a condition keeps its time while its status stays, and gets a new one when it turns", () => {
    const first = mergedAncestors([], [ancestor("edge", condition("True"))], "2026-01-01T00:00:00Z") ?? assert.fail();
    const timeAfter = (next: Condition): unknown => {
      const [entry] = mergedAncestors(first, [ancestor("edge", next)], "2026-02-02T00:00:00Z") ?? assert.fail();
      return JSON.stringify(entry).match(/"lastTransitionTime":"([^"]*)"/)?.[1];
    };
    assert.equal(timeAfter(condition("True", "another message")), "2026-01-01T00:00:00Z");
    assert.equal(timeAfter(condition("False")), "2026-02-02T00:00:00Z");
  });

  test("never more than 16, whoever wrote the others", () => {
    const others = Array.from({ length: 15 }, () => theirs);
    const wanted = [ancestor("a", condition("True")), ancestor("b", condition("True"))];
    assert.equal(mergedAncestors(others, wanted, "2026-01-01T00:00:00Z")?.length, 16);
  });
});

/** An API server that holds objects by path, and an agent that says what it is told to. */
const scene = (initial: readonly PolicyStatus[]) => {
  const clock = handClock();
  const objects = new Map<string, { version: number; ancestors: readonly Json[] }>();
  const asked: string[] = [];
  let listed: (path: string) => readonly object[] = () => [];
  let trouble: ((path: string) => ApiAnswer | Error | null) | null = null;
  const answer = async (path: string, otherwise: () => ApiAnswer): Promise<ApiAnswer> => {
    const found = trouble?.(path) ?? null;
    if (found instanceof Error) throw found;
    return found ?? otherwise();
  };
  const api = {
    manager: () => Promise.resolve("otel-policy-agent.observability"),
    follow: () => () => {},
    get: (path: string) => {
      if (path.includes("?limit=")) return Promise.resolve({ status: 200, body: { items: listed(path) } });
      asked.push(`get ${path}`);
      return answer(path, () => {
        const object = objects.get(path);
        if (object === undefined) return { status: 404, body: {} };
        const { version, ancestors } = object;
        return { status: 200, body: { metadata: { resourceVersion: String(version) }, status: { ancestors } } };
      });
    },
    apply: (path: string, body: object) => {
      asked.push(`apply ${path}`);
      return answer(path, () => {
        const object = objects.get(path.replace(/\/status$/, ""));
        const { metadata, status } = body as { metadata: { resourceVersion: string }; status: { ancestors: Json[] } };
        if (object === undefined) return { status: 404, body: {} };
        if (metadata.resourceVersion !== String(object.version)) return { status: 409, body: {} };
        object.version += 1;
        object.ancestors = status.ancestors;
        return { status: 200, body: {} };
      });
    },
  };
  let view = viewOf(initial);
  let listener: ((view: AgentView) => void) | null = null;
  const lines: string[] = [];
  const writer = new StatusWriter({
    api,
    clock,
    log: createLog({ level: "info", format: "logfmt", clock, write: (line) => lines.push(line) }),
    agent: {
      view: () => view,
      subscribe: (next) => {
        listener = next;
        return () => {
          listener = null;
        };
      },
    },
  });
  return {
    writer,
    clock,
    objects,
    asked,
    lines,
    applied: () => asked.filter((line) => line.startsWith("apply")),
    list: (next: typeof listed) => {
      listed = next;
    },
    trouble: (next: typeof trouble) => {
      trouble = next;
    },
    say: (statuses: readonly PolicyStatus[]) => {
      view = viewOf(statuses);
      listener?.(view);
    },
    isSubscribed: () => listener !== null,
    /** Turns the clock in small steps, and lets promises settle at each. */
    pass: async (ms: number) => {
      for (let done = 0; done < ms; done += 100) {
        clock.turn(100);
        for (let i = 0; i < 20; i++) await Promise.resolve();
      }
    },
  };
};

const viewOf = (status: readonly PolicyStatus[]): AgentView =>
  ({
    at: status.length === 0 ? "starting" : "serving",
    live: status.length === 0 ? null : {},
    status,
  }) as unknown as AgentView;

const place = (name: string, group = "gateway.networking.k8s.io/v1alpha2"): string =>
  `/apis/${group}/namespaces/prod/telemetrypolicies/${name}`;
const says = (name: string, status: Condition["status"] = "True"): PolicyStatus => ({
  policy: `prod/${name}`,
  ancestors: [ancestor("edge", condition(status))],
});

describe("the status writer", () => {
  test("writes what the agent says, once", async () => {
    const { objects, pass, applied } = scene([says("a")]);
    objects.set(place("a"), { version: 1, ancestors: [] });
    await pass(3000);
    assert.deepEqual(applied(), [`apply ${place("a")}/status`]);
    assert.equal(objects.get(place("a"))?.ancestors.length, 1);
  });

  test("finds a policy in whatever group it is", async () => {
    const { objects, pass, applied } = scene([says("a")]);
    const path = place("a", "gateway.networking.x-k8s.io/v1alpha1");
    objects.set(path, { version: 1, ancestors: [] });
    await pass(3000);
    assert.deepEqual(applied(), [`apply ${path}/status`]);
  });

  test("leaves alone what is a file only", async () => {
    const { pass, applied, lines } = scene([says("a")]);
    await pass(3000);
    assert.deepEqual([applied(), lines], [[], []]);
  });

  test("gathers a burst, and never asks for more than five policies a second", async () => {
    const { objects, pass, say, asked } = scene([says("p0")]);
    for (let i = 0; i < 100; i++)
      say(Array.from({ length: 50 }, (_, n) => says(`p${n}`, i % 2 === 0 ? "True" : "False")));
    for (let n = 0; n < 50; n++) objects.set(place(`p${n}`), { version: 1, ancestors: [] });
    await pass(1000 + 2000);
    assert.ok(asked.length > 0 && asked.length <= 11 * 4, `${asked.length} requests in two seconds`);
    await pass(15_000);
    assert.ok([...objects.values()].every(({ ancestors }) => ancestors.length === 1));
  });

  test("does not overwrite what somebody wrote in between, and tries again", async () => {
    const { objects, pass, trouble, applied } = scene([says("a")]);
    objects.set(place("a"), { version: 1, ancestors: [] });
    trouble((path) => {
      const object = objects.get(place("a"));
      if (!path.endsWith("/status") || object === undefined || object.version > 1) return null;
      object.version = 2;
      object.ancestors = [theirs];
      return null;
    });
    await pass(3000);
    assert.equal(applied().length, 2);
    assert.equal(objects.get(place("a"))?.ancestors[0], theirs);
    assert.equal(objects.get(place("a"))?.ancestors.length, 2);
  });

  test("takes its entries back when a policy is gone from the files", async () => {
    const { objects, pass, say } = scene([says("a"), says("b")]);
    objects.set(place("a"), { version: 1, ancestors: [theirs] });
    await pass(3000);
    assert.equal(objects.get(place("a"))?.ancestors.length, 2);
    say([says("b")]);
    await pass(3000);
    assert.deepEqual(objects.get(place("a"))?.ancestors, [theirs]);
  });

  test("takes back what an agent before it wrote of policies that are gone, and nobody else's", async () => {
    const { objects, pass, list } = scene([says("a")]);
    const old = { ancestorRef: { kind: "Gateway", name: "edge" }, controllerName, conditions: [] };
    const written = (name: string, manager: string, ancestors: readonly Json[]) => {
      objects.set(place(name), { version: 1, ancestors });
      const managedFields = [{ manager, subresource: "status" }];
      return { metadata: { namespace: "prod", name, managedFields }, status: { ancestors } };
    };
    const own = "otel-policy-agent.observability";
    const items = [
      written("gone", own, [theirs, old]),
      written("other-installation", "otel-policy-agent.team-b", [old]),
      written("not-ours", "kubectl", [theirs]),
    ];
    list((path) => (path.startsWith("/apis/gateway.networking.k8s.io/v1alpha2/") ? items : []));
    await pass(5000);
    assert.deepEqual(objects.get(place("gone"))?.ancestors, [theirs]);
    assert.deepEqual(objects.get(place("other-installation"))?.ancestors, [old]);
    assert.deepEqual(objects.get(place("not-ours"))?.ancestors, [theirs]);
  });

  test("leaves to other nodes what they run", async () => {
    const away: Condition = { ...condition("True"), type: "Programmed", status: "Unknown", reason: "NotOnNode" };
    const elsewhere = [{ policy: "prod/a", ancestors: [ancestor("edge", condition("True"), away)] }];
    const { objects, pass, applied } = scene(elsewhere);
    const said = {
      ancestorRef: { group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "prod", name: "edge" },
      controllerName,
      conditions: [{ type: "Programmed", status: "True", reason: "Programmed" }],
    };
    objects.set(place("a"), { version: 1, ancestors: [said] });
    await pass(5000);
    assert.deepEqual([applied(), objects.get(place("a"))?.ancestors], [[], [said]]);
  });

  test("waits longer and longer while nobody answers, then goes on", async () => {
    const { objects, pass, trouble, asked, lines } = scene([says("a")]);
    objects.set(place("a"), { version: 1, ancestors: [] });
    trouble(() => new Error("connect ECONNREFUSED"));
    await pass(60_000);
    assert.ok(asked.length >= 4 && asked.length <= 8, `${asked.length} tries in a minute`);
    assert.match(lines.join(""), /cannot write the status of a policy.*ECONNREFUSED/);
    trouble(null);
    await pass(70_000);
    assert.equal(objects.get(place("a"))?.ancestors.length, 1);
  });

  test("says what is missing when it may not", async () => {
    const { objects, pass, trouble, lines } = scene([says("a")]);
    objects.set(place("a"), { version: 1, ancestors: [] });
    trouble((path) => (path.endsWith("/status") ? { status: 403, body: {} } : null));
    await pass(3000);
    assert.match(lines.join(""), /may not write .*status; the chart's status\.write makes the role/);
  });

  test("puts right what somebody else removed, within the hour", async () => {
    const { objects, pass, applied } = scene([says("a")]);
    objects.set(place("a"), { version: 1, ancestors: [] });
    await pass(3000);
    objects.set(place("a"), { version: 9, ancestors: [] });
    await pass(1_801_000);
    assert.equal(applied().length, 2);
  });

  test("asks nothing more once it is stopped", async () => {
    const { writer, pass, asked, isSubscribed } = scene([says("a")]);
    writer.stop();
    await pass(2_000_000);
    assert.deepEqual([asked, isSubscribed()], [[], false]);
  });
});

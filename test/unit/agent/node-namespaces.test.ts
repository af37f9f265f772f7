import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type NamespaceSource, NodeNamespaces } from "../../../src/agent/node-namespaces.ts";
import { podsOfNode } from "../../../src/agent/node-pods.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { handClock } from "../../support/hand-clock.ts";

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

const scene = async (follows: boolean) => {
  const clock = handClock();
  let names: readonly string[] | Error = ["a"];
  let hint = (): void => {};
  let asked = 0;
  let changes = 0;
  const lines: string[] = [];
  const source: NamespaceSource = {
    read: () => {
      asked += 1;
      return names instanceof Error ? Promise.reject(names) : Promise.resolve(new Set(names));
    },
    follow: follows
      ? (onHint) => {
          hint = onHint;
          return () => {
            hint = () => {};
          };
        }
      : null,
  };
  const namespaces = new NodeNamespaces({
    source,
    clock,
    log: createLog({ level: "info", format: "logfmt", clock, write: (line) => lines.push(line) }),
    onChange: () => {
      changes += 1;
    },
  });
  const pass = async (ms: number): Promise<void> => {
    for (let done = 0; done < ms; done += 100) {
      clock.turn(100);
      await settle();
    }
  };
  return {
    namespaces,
    pass,
    lines,
    are: (next: typeof names) => {
      names = next;
    },
    hint: () => hint(),
    asked: () => asked,
    changes: () => changes,
    now: () => (namespaces.current === null ? null : [...namespaces.current].sort()),
  };
};

describe("namespaces of a node", () => {
  test("all count until somebody has said which", async () => {
    const { namespaces, are, now, pass, changes, lines } = await scene(false);
    are(new Error("connect ECONNREFUSED"));
    await namespaces.start();
    await pass(10_000);
    assert.deepEqual([now(), changes()], [null, 0]);
    assert.equal(lines.filter((line) => line.includes("ECONNREFUSED")).length, 1, "told once");
    are(["a"]);
    await pass(2000);
    assert.deepEqual([now(), changes()], [["a"], 1]);
  });

  test("a new one counts as soon as it is told of", async () => {
    const { namespaces, are, now, pass, hint, changes } = await scene(true);
    await namespaces.start();
    are(["a", "b"]);
    for (let i = 0; i < 10; i++) hint();
    await pass(200);
    assert.deepEqual([now(), changes()], [["a", "b"], 2]);
  });

  test("one that is gone counts for five minutes more, or longer when it comes back", async () => {
    const { namespaces, are, now, pass } = await scene(false);
    are(["a", "b"]);
    await namespaces.start();
    are(["a"]);
    await pass(200_000);
    assert.deepEqual(now(), ["a", "b"]);
    are(["a", "b"]);
    await pass(3000);
    are(["a"]);
    await pass(200_000);
    assert.deepEqual(now(), ["a", "b"]);
    await pass(110_000);
    assert.deepEqual(now(), ["a"]);
  });

  test("what was said last counts while nobody answers", async () => {
    const { namespaces, are, now, pass } = await scene(false);
    await namespaces.start();
    are(new Error("EOF"));
    await pass(1_000_000);
    assert.deepEqual(now(), ["a"]);
  });

  test("a file is read every two seconds, an API server that tells of changes every thirty; nothing after the end", async () => {
    for (const [follows, expected] of [
      [false, 16],
      [true, 2],
    ] as const) {
      const { namespaces, pass, asked } = await scene(follows);
      await namespaces.start();
      await pass(30_500);
      assert.equal(asked(), expected);
      namespaces.stop();
      await pass(100_000);
      assert.equal(asked(), expected);
    }
  });
});

test("pods of a node: every page, their namespaces, and those whose Gateways Envoy Gateway runs elsewhere", async () => {
  const asked: string[] = [];
  const pages = [
    {
      items: [{ metadata: { namespace: "prod" } }, { metadata: { namespace: "prod" } }],
      metadata: { continue: "more/2" },
    },
    {
      items: [
        { metadata: { namespace: "eg", labels: { "gateway.envoyproxy.io/owning-gateway-namespace": "team-a" } } },
      ],
      metadata: {},
    },
  ];
  const source = podsOfNode(
    {
      manager: () => Promise.resolve(""),
      apply: () => Promise.reject(new Error("nothing is written")),
      follow: () => () => {},
      get: (path, what) => {
        asked.push(`${what} ${path}`);
        return Promise.resolve({ status: 200, body: pages[asked.length - 1] });
      },
    },
    "node-1",
  );
  assert.deepEqual([...(await source.read())].sort(), ["eg", "prod", "team-a"]);
  assert.deepEqual(asked, [
    "metadata /api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&limit=500&resourceVersion=0",
    "metadata /api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&limit=500&continue=more%2F2",
  ]);
});

import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connect } from "../../src/traffic/post.ts";
import { temporaryFolder } from "../support/children.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributes, logs } from "../support/records.ts";

const edits = 25;
const perRequest = 20;

const policy = (edit: number): string =>
  markPolicy("a", `mark-${edit}`, "a", "  accessLogs: {enabled: true, format: JSON, fields: [path, response_code]}\n");

const gateway = attributes({ "k8s.gateway.name": "a", "k8s.gateway.namespace": "prod" });

/** One access log record for each path, as a gateway sends them. */
const recordsOf = (paths: readonly string[]) =>
  logs(
    gateway,
    paths.map((path) =>
      attributes({ "http.request.method": "GET", "http.response.status_code": 200, "url.path": path }),
    ),
  );

for (const [what, isHanging] of [
  ["whose backends take everything", false],
  ["that take their time to end, since a backend hangs", true],
] as const)
  test(`access logs on stdout, of cores ${what}: no line is torn, none is lost, none comes twice, over ${edits} edits`, async (t) => {
    const path = join(temporaryFolder(t), "stdout");
    const stdout = openSync(path, "a");
    const scene = await startPolicyScene(
      { "a.yaml": policy(0) },
      { observeMs: 100, stopTimeoutMs: 2000, collectorStdout: stdout },
    );
    const { post, close } = connect(scene.endpoint);
    try {
      await scene.until("ready", ({ ready }) => ready);
      if (isHanging) scene.sink.behave({ delayMs: 60_000, status: 503 });
      const spans = startOracle({ endpoint: scene.endpoint, perSecond: 50, gateways: ["a"] });
      const sent = new Set<string>();
      let isOver = false;
      const traffic = (async () => {
        for (let request = 0; !isOver; request++) {
          // Of many lengths, so that a buffer is seldom full where a line ends.
          const paths = Array.from(
            { length: perRequest },
            (_, index) => `/${request}/${index}/${"x".repeat((request * 7 + index * 13) % 240)}`,
          );
          const { rejected, words } = await post(recordsOf(paths));
          assert.equal(rejected, 0, words ?? "");
          for (const one of paths) sent.add(one);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      })();
      for (let edit = 1; edit <= edits; edit++) {
        scene.write("a.yaml", policy(edit));
        await scene.until(`edit ${edit}`, ({ live }) => live?.number === edit + 1);
      }
      isOver = true;
      await traffic;
      await spans.stop();
      const lines = (): readonly string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);
      await poll("all lines", () => lines().length >= sent.size, 5000).catch(() => {}); // told below
      const torn: string[] = [];
      const times = new Map<string, number>();
      for (const line of lines()) {
        try {
          const { path: one } = JSON.parse(line) as { readonly path: string };
          times.set(one, (times.get(one) ?? 0) + 1);
        } catch {
          torn.push(line.slice(0, 200));
        }
      }
      t.diagnostic(`${sent.size} records, ${lines().length} lines, ${torn.length} torn`);
      assert.ok(sent.size > 1000, `${sent.size} records`);
      assert.deepEqual(torn, []);
      assert.deepEqual(
        [...sent].filter((one) => times.get(one) !== 1),
        [],
      );
    } finally {
      close();
      await scene.end();
      closeSync(stdout);
    }
  });

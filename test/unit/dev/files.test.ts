import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { followAccessLog } from "../../../src/cli/dev/access-log.ts";
import { ownFolder } from "../../../src/cli/dev/own-folder.ts";
import { startStandIn } from "../../../src/cli/dev/stand-in.ts";
import { partsFor } from "../../../src/cli/dev/traffic.ts";
import { exportsOf } from "../../../src/traffic/batch.ts";
import { connect } from "../../../src/traffic/post.ts";
import { scene } from "../../../src/traffic/scene.ts";

const folder = mkdtempSync(join(tmpdir(), "otel-policy-dev-"));
after(() => rmSync(folder, { recursive: true, force: true }));

describe("ownFolder", () => {
  test("two samples are copied, byte for byte; a second call keeps what was edited", async () => {
    const own = join(folder, "policies");
    assert.deepEqual(await ownFolder(own), { created: true });
    assert.deepEqual(readdirSync(own).sort(), ["01-draft-example.yaml", "02-model-metrics.yaml"]);
    const file = join(own, "01-draft-example.yaml");
    assert.equal(
      readFileSync(file, "utf8"),
      readFileSync(new URL("../../../samples/01-draft-example/policy.yaml", import.meta.url), "utf8"),
    );
    writeFileSync(file, "edited");
    assert.deepEqual(await ownFolder(own), { created: false });
    assert.equal(readFileSync(file, "utf8"), "edited");
  });
});

describe("followAccessLog", () => {
  test("whole lines are counted, the newest is kept, a half-written one waits", async () => {
    const path = join(folder, "access.log");
    const log = await followAccessLog(path);
    assert.ok(existsSync(path));
    assert.deepEqual(await log.look(), { path, lines: 0, newest: null });
    appendFileSync(path, "one\ntwo\nthr");
    assert.deepEqual(await log.look(), { path, lines: 2, newest: "two" });
    appendFileSync(path, "ee\n");
    assert.deepEqual(await log.look(), { path, lines: 3, newest: "three" });
    await log.close();
  });
});

describe("startStandIn", () => {
  test("counts every span and log record once", async () => {
    const standIn = await startStandIn();
    const { next } = scene(partsFor([]), 1);
    const exports = exportsOf(Array.from({ length: 60 }, () => next(1_000_000).records));
    const { post, close } = connect(standIn.url);
    const answers = await Promise.all(exports.map(post));
    close();
    const counts = standIn.counts();
    await standIn.close();
    assert.ok(answers.every((answer) => answer.status === 200));
    const items = (path: string): number => exports.filter((e) => e.path === path).reduce((sum, e) => sum + e.items, 0);
    assert.deepEqual(counts, { spans: items("/v1/traces"), logs: items("/v1/logs"), points: 0 });
  });
});

describe("partsFor", () => {
  test("targets of the policies join the standing three; known ones are not doubled", () => {
    const targets = partsFor([
      "Gateway prod-ns/my-gateway",
      "Gateway team/eg",
      "Namespace shop",
      "Namespace agents",
    ]).map((part) => part.source.target);
    assert.deepEqual(targets, [
      "Gateway/prod-ns/my-gateway",
      "Gateway/ai-platform/llm-gateway",
      "Namespace/agents",
      "Gateway/team/eg",
      "Namespace/shop",
    ]);
  });

  test("many targets do not make the scene endless", () => {
    assert.equal(partsFor(Array.from({ length: 50 }, (_, i) => `Gateway ns/g${i}`)).length, 12);
  });
});

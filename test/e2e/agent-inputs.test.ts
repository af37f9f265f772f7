import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { StartError } from "../../src/agent/start-error.ts";
import type { AgentView } from "../../src/agent/view.ts";
import { type Scene, startScene } from "../support/agent.ts";
import { freePort } from "../support/free-port.ts";
import { poll } from "../support/poll.ts";

/** What the live core puts on every span. */
const marksOf = (scene: Scene): Promise<string> =>
  fetch(`${scene.agent.url}/api/v1/config`)
    .then((reply) => reply.json())
    .then((config: unknown) => {
      const core = typeof config === "object" && config !== null && "core" in config ? String(config.core) : "";
      return /key: mark, value: "([^"]*)"/.exec(core)?.[1] ?? "";
    });
const untilMarks = (scene: Scene, marks: string): Promise<unknown> =>
  poll(`marks ${marks}`, async () => (await marksOf(scene)) === marks);
const reports = (view: AgentView) => [view.lastReload?.outcome, view.lastReload?.reason];

describe("what the folder says", () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ "a.yaml": "mark: a\n", "b.yaml": "mark: b\n" }, { resyncMs: 60_000 });
    await scene.until("ready", ({ ready }) => ready);
  });
  after(() => scene.end());

  test("one broken file does not hold up the other", async () => {
    scene.write("a.yaml", "not a policy\n");
    await scene.until("told", ({ lastReload }) => lastReload?.reason === "compile_error");
    scene.write("b.yaml", "mark: b2\n");
    await untilMarks(scene, "a+b2");
    assert.ok(scene.agent.view().diagnostics.some(({ code }) => code === "TP1005"));
    scene.write("a.yaml", "mark: a2\n");
    await untilMarks(scene, "a2+b2");
    assert.deepEqual(scene.agent.view().diagnostics, []);
  });

  test("a deleted folder changes nothing; made again, it applies", async () => {
    const { live } = scene.agent.view();
    rmSync(scene.folder, { recursive: true });
    await scene.until("told", ({ diagnostics }) => diagnostics.some(({ code }) => code === "TP1002"));
    assert.deepEqual(scene.agent.view().live, live);
    mkdirSync(scene.folder);
    // An empty folder may be the moment before its files: they are all there within one look.
    scene.write("a.yaml", "mark: again\n");
    await untilMarks(scene, "again");
    assert.deepEqual(scene.agent.view().diagnostics, []);
  });

  test("a dangling link keeps what the file said", async () => {
    symlinkSync("/nowhere.yaml", join(scene.folder, "link.yaml"));
    await scene.until("told", ({ diagnostics }) => diagnostics.some(({ code }) => code === "TP1003"));
    rmSync(join(scene.folder, "a.yaml"));
    symlinkSync("/nowhere.yaml", join(scene.folder, "a.yaml"));
    await poll("both told", () => scene.agent.view().diagnostics.length === 2);
    assert.equal(await marksOf(scene), "again");
    rmSync(join(scene.folder, "link.yaml"));
    rmSync(join(scene.folder, "a.yaml"));
    scene.write("a.yaml", "mark: file\n");
    await untilMarks(scene, "file");
  });

  test("a file that is emptied and written a moment later is one change", async () => {
    const committed = scene.agent.view().live?.number ?? 0;
    writeFileSync(join(scene.folder, "a.yaml"), "");
    await new Promise((resolve) => setTimeout(resolve, 10)); // an editor between its two writes
    writeFileSync(join(scene.folder, "a.yaml"), "mark: saved\n");
    await untilMarks(scene, "saved");
    assert.equal(scene.agent.view().live?.number, committed + 1);
  });

  test("a file that is emptied and stays so is meant", async () => {
    writeFileSync(join(scene.folder, "a.yaml"), "");
    await untilMarks(scene, "none");
  });

  test("swaps of a ConfigMap are applied as a whole", async () => {
    const publish = (version: number): void => {
      mkdirSync(join(scene.folder, `..v${version}`));
      for (const name of ["a", "b"])
        writeFileSync(join(scene.folder, `..v${version}`, `${name}.yaml`), `mark: ${name}${version}\n`);
      symlinkSync(`..v${version}`, join(scene.folder, "..data_tmp"));
      renameSync(join(scene.folder, "..data_tmp"), join(scene.folder, "..data"));
    };
    rmSync(join(scene.folder, "a.yaml"));
    publish(1);
    for (const name of ["a", "b"]) symlinkSync(`..data/${name}.yaml`, join(scene.folder, `${name}.yaml`));
    await untilMarks(scene, "a1+b1");
    for (let version = 2; version <= 5; version++) publish(version);
    await untilMarks(scene, "a5+b5");
  });

  test("the last file deleted: no policies is an answer", async () => {
    rmSync(scene.folder, { recursive: true });
    await scene.until("told", ({ diagnostics }) => diagnostics.some(({ code }) => code === "TP1002"));
    mkdirSync(scene.folder);
    await untilMarks(scene, "");
  });
});

describe("an input that needs another ingest", () => {
  let scene: Scene;
  before(async () => {
    scene = await startScene({ "a.yaml": "mark: a\n" });
    await scene.until("ready", ({ ready }) => ready);
  });
  after(() => scene.end());
  const accepts = (port: string | number): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    }).then(
      ({ ok }) => ok,
      () => false,
    );

  test("ingest is replaced, the core too", async () => {
    const port = await freePort();
    scene.write("a.yaml", `mark: b\nlisten: ${port}\n`);
    await scene.until("second", ({ live }) => live?.number === 2);
    assert.deepEqual([await accepts(port), await accepts(new URL(scene.endpoint).port)], [true, false]);
    scene.write("a.yaml", "mark: c\n");
    await scene.until("third", ({ live }) => live?.number === 3);
    assert.deepEqual([await accepts(port), await accepts(new URL(scene.endpoint).port)], [false, true]);
  });

  test("one that cannot start is taken back: what ran before runs on", async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    scene.write("a.yaml", `mark: d\nlisten: ${port}\n`);
    const view = await scene.until("rejected", ({ lastReload }) => lastReload?.outcome === "rejected");
    squatter.close();
    assert.deepEqual([view.live?.number, ...reports(view)], [3, "rejected", "start_failed"]);
    assert.ok(view.diagnostics.some(({ code }) => code === "TP5011"));
    await scene.until("ready", ({ ready }) => ready);
    assert.equal(await accepts(new URL(scene.endpoint).port), true);
    assert.equal(await marksOf(scene), "c");
  });
});

describe("beginnings and ends", () => {
  test("a restarted agent still knows what a file said before it broke", async () => {
    const first = await startScene({ "a.yaml": "mark: good\n" });
    await first.until("ready", ({ ready }) => ready);
    first.write("a.yaml", "not a policy\n");
    await first.until("told", ({ lastReload }) => lastReload?.reason === "compile_error");
    await first.agent.stop();
    const second = await startScene({}, { runDir: first.runDir, policyDirs: [first.folder] });
    try {
      await second.until("ready", ({ ready }) => ready);
      assert.equal(await marksOf(second), "good");
    } finally {
      await second.end();
      await first.end();
    }
  });

  test("a port that is taken is told, and tried again when it is time to look", async () => {
    const port = await freePort();
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    const scene = await startScene(
      { "a.yaml": "mark: a\n" },
      { base: { path: "base.yaml", text: String(port) }, resyncMs: 200 },
    );
    try {
      const view = await scene.until("told", ({ diagnostics }) => diagnostics.some(({ code }) => code === "TP5011"));
      assert.deepEqual([view.ready, view.at, view.live], [false, "starting", null]);
      assert.deepEqual(reports(view), ["rejected", "start_failed"]);
      squatter.close();
      await scene.until("ready", ({ ready }) => ready);
    } finally {
      squatter.close();
      await scene.end();
    }
  });

  test("another agent in the run directory, and a taken address, end the start with their codes", async () => {
    const scene = await startScene({ "a.yaml": "mark: a\n" });
    try {
      const codeOf = (promise: Promise<unknown>): Promise<string | undefined> =>
        promise.then(
          () => "started",
          (error: unknown) => (error instanceof StartError ? error.diagnostics[0]?.code : String(error)),
        );
      assert.equal(await codeOf(startScene({}, { runDir: scene.runDir })), "TP5022");
      assert.equal(await codeOf(startScene({}, { listen: new URL(scene.agent.url ?? "").host })), "TP5011");
    } finally {
      await scene.end();
    }
  });

  test("the run directory is private, and holds no config after the end", async () => {
    const { readdirSync, statSync } = await import("node:fs");
    const scene = await startScene({ "a.yaml": "mark: a\n" });
    await scene.until("ready", ({ ready }) => ready);
    assert.equal(statSync(scene.runDir).mode & 0o777, 0o700);
    const configs = readdirSync(scene.runDir).filter((name) => name.endsWith(".yaml"));
    assert.equal(configs.length, 2);
    for (const name of configs) assert.equal(statSync(join(scene.runDir, name)).mode & 0o777, 0o600);
    assert.match(
      readFileSync(join(scene.runDir, configs.find((name) => name.startsWith("core")) ?? ""), "utf8"),
      /mark/,
    );
    await scene.agent.stop();
    assert.deepEqual(
      readdirSync(scene.runDir).filter((name) => name.endsWith(".yaml")),
      [],
    );
    await scene.end();
  });

  test("once: applied, then stopped", async () => {
    const scene = await startScene({ "a.yaml": "mark: a\n" }, { once: true, listen: null });
    const { reason } = await scene.agent.stopped;
    assert.deepEqual([reason, ...reports(scene.agent.view())], ["applied once", "committed", "applied"]);
    await scene.end();
  });

  test("a second stop does not wait for a backend that hangs", async () => {
    const scene = await startScene({ "a.yaml": "mark: a\n" });
    await scene.until("ready", ({ ready }) => ready);
    scene.sink.behave({ delayMs: 6000 });
    const body = {
      resourceSpans: [{ scopeSpans: [{ spans: [{ traceId: "1".repeat(32), spanId: "1".repeat(16), name: "x" }] }] }],
    };
    await fetch(`${scene.endpoint}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const stopped = scene.agent.stop();
    assert.equal(scene.agent.view().at, "stopping");
    const began = performance.now();
    void scene.agent.stop();
    await stopped;
    assert.ok(performance.now() - began < 2500);
    await scene.end();
  });
});

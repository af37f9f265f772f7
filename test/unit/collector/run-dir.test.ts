import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { openRunDir, socketPathLimit } from "../../../src/collector/run-dir.ts";
import { answers, removeStaleSockets } from "../../../src/collector/sockets.ts";
import { temporaryFolder } from "../../support/children.ts";

const codeOf = async (path: string) => (await openRunDir(path)).diagnostics[0]?.code;

describe("the run directory", () => {
  test("is made, private, and its sockets fit", async (t) => {
    const path = join(temporaryFolder(t), "a/run");
    const { value: dir } = await openRunDir(path);
    assert.ok(dir);
    t.after(dir.release);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.deepEqual(
      [dir.liveSocket, dir.coreSocket(3), dir.healthSocket("core-3"), dir.configFile("core-3"), dir.slotDir("b")].map(
        (file) => file.slice(path.length + 1),
      ),
      ["core.sock", "core-3.sock", "health-core-3.sock", "core-3.yaml", "slot-b"],
    );
  });

  test("one that others could enter is closed to them", async (t) => {
    const path = temporaryFolder(t);
    chmodSync(path, 0o777);
    const { value: dir } = await openRunDir(path);
    assert.ok(dir);
    t.after(dir.release);
    assert.equal(statSync(path).mode & 0o777, 0o700);
  });

  test("a link, a file in its place, a file on the way to it", async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "link"));
    writeFileSync(join(folder, "file"), "");
    assert.equal(await codeOf(join(folder, "link")), "TP5023");
    assert.equal(await codeOf(join(folder, "file")), "TP5023");
    assert.equal(await codeOf(join(folder, "file/run")), "TP5023");
  });

  test("a path whose sockets would not fit is refused before anything is made", async (t) => {
    const folder = temporaryFolder(t);
    const limit = socketPathLimit("linux");
    assert.equal(limit, 107);
    const exact = join(folder, "x".repeat(limit - 33 - folder.length - 1));
    const { value: dir } = await openRunDir(exact);
    assert.ok(dir);
    t.after(dir.release);
    const { value, diagnostics } = await openRunDir(`${exact}x`);
    assert.equal(value, null);
    assert.equal(diagnostics[0]?.code, "TP5024");
    assert.match(diagnostics[0]?.message ?? "", /would need 108 bytes; a socket path has at most 107$/);
    assert.deepEqual(readdirSync(folder).length, 1);
  });

  test("is held until it is released, and then leaves no lock behind", async (t) => {
    const path = join(temporaryFolder(t), "run");
    const first = await openRunDir(path);
    assert.equal(await codeOf(path), "TP5022");
    await first.value?.release();
    assert.deepEqual(readdirSync(path), []);
    const second = await openRunDir(path);
    assert.ok(second.value);
    await second.value.release();
  });

  test("of many who come at once, one gets it", async (t) => {
    const path = join(temporaryFolder(t), "run");
    const all = await Promise.all(Array.from({ length: 10 }, () => openRunDir(path)));
    const held = all.flatMap(({ value }) => (value === null ? [] : [value]));
    assert.equal(held.length, 1);
    await held[0]?.release();
    assert.deepEqual(readdirSync(path), []);
  });
});

/** A listening socket whose file stays when the listener is gone, as after a kill. */
const leftover = async (t: TestContext, path: string): Promise<void> => {
  const { link, rm } = await import("node:fs/promises");
  const server = createServer().listen(`${path}.own`);
  await new Promise((resolve) => server.once("listening", resolve));
  await link(`${path}.own`, path);
  await new Promise((resolve) => server.close(resolve));
  await rm(`${path}.own`, { force: true });
  t.diagnostic(`left ${path}`);
};

describe("stale sockets", () => {
  test("of those that are ours, the dead go and the living are named", async (t) => {
    const folder = temporaryFolder(t);
    await leftover(t, join(folder, "state.sock"));
    await leftover(t, join(folder, "core-1.sock"));
    writeFileSync(join(folder, "back.sock"), "a plain file is in the way just as well");
    writeFileSync(join(folder, "ingest.yaml"), "");
    const server = createServer((connection) => connection.end()).listen(join(folder, "live.sock"));
    await new Promise((resolve) => server.once("listening", resolve));
    t.after(() => server.close());
    const busy = await removeStaleSockets(folder, (file) => !file.startsWith("core"));
    assert.deepEqual(busy, [join(folder, "live.sock")]);
    assert.deepEqual(readdirSync(folder).sort(), ["core-1.sock", "ingest.yaml", "live.sock"]);
    await new Promise((resolve) => connect(join(folder, "live.sock")).once("connect", resolve));
  });

  test("who answers", async (t) => {
    const folder = temporaryFolder(t);
    assert.equal(await answers(join(folder, "none.sock")), false);
    await leftover(t, join(folder, "dead.sock"));
    assert.equal(await answers(join(folder, "dead.sock")), false);
  });
});

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { QueueRoom, queuesIn } from "../../../src/agent/queue-room.ts";
import { temporaryFolder } from "../../support/children.ts";

const stored = { sending_queue: { storage: "file_storage/otel_policy_queue" } };

/** A config with so many queues on disk. */
const storing = (queues: number) => {
  const ids = Array.from({ length: queues }, (_, index) => `otlp_http/${index}`);
  return {
    exporters: Object.fromEntries(ids.map((id) => [id, stored])),
    service: { pipelines: { traces: { exporters: ids } } },
  };
};

const mebibyte = 1024 * 1024;
const usual = 256 * mebibyte;
/** bbolt's pages, at most. */
const onDisk = 2;

test("a disk with gigabytes of room changes nothing", async () => {
  const room = new QueueRoom("/run", async () => 100_000 * mebibyte);
  assert.deepEqual(
    [await room.ofIngest(), await room.ofCore(storing(30)), await room.ofSingle(storing(12))],
    [usual, usual, usual],
  );
  assert.equal(await room.refusal(), null);
});

test("full is where nothing can be stored; room is what a start with full queues needs", async () => {
  const at = async (free: number, reserve: number) => {
    const room = new QueueRoom(
      "/run",
      async () => free,
      async (_path, bytes) => bytes <= free + reserve,
    );
    return [await room.isFull(), await room.hasRoom()];
  };
  assert.deepEqual(await at(0, 0), [true, false]);
  assert.deepEqual(await at(64 * 1024, 0), [false, false]);
  assert.deepEqual(await at(mebibyte, 0), [false, true]);
  // What a file system keeps back for root, where we are root.
  assert.deepEqual(await at(0, 10 * mebibyte), [false, true]);
});

test("what is tried leaves nothing behind", async (t) => {
  const folder = temporaryFolder(t);
  const room = new QueueRoom(folder, async () => 0);
  assert.deepEqual([await room.isFull(), await room.hasRoom()], [false, true]);
  assert.deepEqual(readdirSync(folder), []);
  assert.equal(await new QueueRoom(join(folder, "none"), async () => 0).isFull(), true);
});

test("a disk that cannot be asked is taken for one with room", async () => {
  assert.equal(await new QueueRoom("/nowhere/at/all").ofIngest(), usual);
});

for (const size of [16, 64, 256, 1024, 8192])
  test(`on ${size} MiB every queue can be full, and edits come in, before the disk is`, async () => {
    let used = 0;
    const room = new QueueRoom("/run", async () => size * mebibyte - used);
    const ingest = (await room.ofIngest()) * 3 * onDisk;
    let cores = 0;
    // Each core fills two of its four queues behind a backend that is down, and is replaced by an edit.
    for (; cores < 100 && (await room.refusal()) === null; cores++)
      used += 2 * onDisk * (await room.ofCore(storing(4)));
    assert.ok(cores >= 2, `${cores} cores`);
    assert.ok(used + ingest <= size * mebibyte, `${used} and ${ingest} of ${size * mebibyte}`);
    const refused = await room.refusal();
    if (refused !== null) {
      assert.deepEqual([refused.reason, refused.found.code, refused.lasting], ["start_failed", "TP5020", false]);
    }
  });

test("what ingest takes fits into a core's queue", async () => {
  let free = 64 * mebibyte;
  const room = new QueueRoom("/run", async () => free);
  const ingest = await room.ofIngest();
  free = 0;
  assert.ok((await room.ofCore()) >= ingest);
});

test("queues are those of exporters that store, one for each signal", () => {
  const config = {
    exporters: { "otlp_http/a": stored, "otlp_http/b": stored, debug: {}, "otlp_grpc/none": stored },
    service: {
      pipelines: {
        traces: { exporters: ["otlp_http/a", "debug"] },
        "traces/more": { exporters: ["otlp_http/a", "otlp_http/b"] },
        logs: { exporters: ["otlp_http/a"] },
      },
    },
  };
  assert.equal(queuesIn(config), 3);
});

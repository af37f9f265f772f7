import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { LedgerEntry } from "../../src/agent/view.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";

const api = async (scene: PolicyScene, path: string, method = "GET") => {
  const reply = await fetch(`${scene.agent.url}${path}`, { method });
  return {
    status: reply.status,
    body: (await reply.json()) as { readonly ledger: readonly LedgerEntry[]; readonly core: string },
  };
};
const ledger = async (scene: PolicyScene) => (await api(scene, "/api/v1/generations")).body.ledger;
const markOf = async (scene: PolicyScene): Promise<string> =>
  /mark-\w+/.exec((await api(scene, "/api/v1/config")).body.core)?.[0] ?? "";
const untilMark = (scene: PolicyScene, mark: string) => poll(mark, async () => (await markOf(scene)) === mark);

test("what happened is on disk, over restarts; a rollback holds until the next edit, over restarts too", async () => {
  const first = await startPolicyScene({ "a.yaml": markPolicy("a", "mark-1") });
  await first.until("ready", ({ ready }) => ready);
  for (const mark of ["mark-2", "mark-3"]) {
    first.write("a.yaml", markPolicy("a", mark));
    await untilMark(first, mark);
  }
  first.write("a.yaml", "nonsense: [");
  await first.until("told", ({ lastReload }) => lastReload?.reason === "compile_error");
  const entries = await poll("four entries", async () => {
    const found = await ledger(first);
    return found.length === 4 ? found : null;
  });
  assert.deepEqual(
    entries.map(({ number, outcome, generation, refused, gapMs }) => [number, outcome, generation, refused, gapMs]),
    [
      [1, "committed", 1, null, 0], // ingest did not run yet when it began
      [2, "committed", 2, 0, 0],
      [3, "committed", 3, 0, 0],
      [4, "rejected", null, null, null],
    ],
  );
  assert.deepEqual(
    entries.slice(1, 3).map(({ parent }) => parent),
    entries.slice(0, 2).map(({ digest }) => digest),
  );
  assert.deepEqual(Object.keys(entries[2]?.policies ?? {}), ["prod/a"]);
  assert.deepEqual(Object.keys(entries[2]?.checks ?? {}).sort(), [
    "commit",
    "compile",
    "ingest",
    "prove",
    "start",
    "validate",
  ]);

  const [one] = entries;
  const to = one?.digest?.slice(0, 10) ?? "";
  assert.equal((await api(first, "/-/rollback?to=ffff", "POST")).status, 404);
  assert.equal((await api(first, `/-/rollback?to=${to}`, "POST")).status, 200);
  assert.equal(await markOf(first), "mark-1");
  assert.equal(first.agent.view().pinned, one?.digest);
  assert.equal(await poll("noted", async () => (await ledger(first)).at(-1)?.cause === "rollback"), true);
  await first.agent.stop();
  appendFileSync(join(first.runDir, "ledger.log"), "12345678 {cut sho");

  const second = await startPolicyScene({}, { runDir: first.runDir, policyDirs: [first.folder], resyncMs: 200 });
  try {
    await second.until("ready", ({ ready }) => ready);
    assert.equal(await markOf(second), "mark-1");
    assert.deepEqual(
      (
        await poll("the new start", async () => {
          const found = await ledger(second);
          return found.length > 5 ? found : null;
        })
      ).map(({ number }) => number),
      [1, 2, 3, 4, 5, 6],
    );
    assert.equal(second.agent.view().live?.number, 5);
    first.write("a.yaml", markPolicy("a", "mark-4"));
    await untilMark(second, "mark-4");
    assert.equal(second.agent.view().pinned, null);
  } finally {
    await second.end();
    await first.end();
  }
});

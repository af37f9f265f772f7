import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type AgentProcess, agentProcess } from "../support/agent-process.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { lastMark } from "../support/sink.ts";
import { onSmallDisk } from "../support/small-disk.ts";

/** Until no byte more is taken. As seen from the agent, whose file system it is. Answers the file that takes the room. */
const fillDisk = (agent: AgentProcess): string => {
  const filler = `/proc/${agent.pid()}/root${agent.runDir}/filler`;
  for (let bytes = 64 * 1024; bytes >= 512; bytes /= 2) {
    try {
      for (;;) writeFileSync(filler, Buffer.alloc(bytes), { flag: "a" });
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error && error.code === "ENOSPC");
    }
  }
  return filler;
};

const statusOf = async ({ url }: AgentProcess): Promise<Status> =>
  (await (await fetch(`${url}/api/v1/status`)).json()) as Status;

type Status = {
  readonly lastReload: { readonly outcome: string; readonly reason: string; readonly words: string | null };
  readonly live: { readonly number: number };
};

onSmallDisk(
  "the disk of the run directory is full: what is accepted is delivered, what is not is refused; with space, edits apply again",
  12,
  async (agent, t) => {
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, gateways: ["a"] });
    await poll("spans", () => agent.sink.spans.length > 100);
    const filler = fillDisk(agent);
    const accepted = oracle.accepted();
    agent.write("a.yaml", markPolicy("a", "mark-1"));
    await poll("told", async () => (await statusOf(agent)).lastReload.outcome === "rejected");
    await poll("goes on, or refuses", () => oracle.accepted() + oracle.refused() > accepted + 200);
    assert.equal((await statusOf(agent)).live.number, 1);
    rmSync(filler);
    agent.write("a.yaml", markPolicy("a", "mark-2"));
    await poll("applies again", () => lastMark(agent.sink) === "mark-2", 20_000);
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink], 2000, 20_000);
    t.diagnostic(JSON.stringify(verdict));
    assert.deepEqual([verdict.lost, verdict.doubled], [0, 0], JSON.stringify(verdict));
  },
);

onSmallDisk(
  "something else fills the disk while requests wait for a backend: with space they are delivered, and everything goes on",
  16,
  async (agent, t) => {
    const spansPerRequest = 20;
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 150, spansPerRequest, gateways: ["a"] });
    await poll("spans", () => agent.sink.spans.length > 100);
    agent.sink.behave({ status: 503 });
    const delivered = agent.sink.spans.length;
    await poll("some wait", () => oracle.accepted() > delivered + 5000);
    const filler = fillDisk(agent);
    await poll("refused", () => oracle.refused() > 100);
    const waiting = oracle.accepted() - agent.sink.spans.length;
    agent.sink.behave({});
    await poll("delivered again", () => agent.sink.spans.length > delivered + 100, 30_000);
    rmSync(filler);
    agent.write("a.yaml", markPolicy("a", "mark-1"));
    await poll("applies", () => lastMark(agent.sink) === "mark-1", 30_000);
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink], 3000, 30_000);
    t.diagnostic(`${waiting} waited; ${JSON.stringify(verdict)}`);
    // On a full disk a Collector gives up a request that it cannot read back, and seldom can remove it nevertheless.
    assert.ok(verdict.lost <= 5 * spansPerRequest, JSON.stringify(verdict));
    // What was delivered could not be removed.
    assert.ok(verdict.doubled < waiting / 4, JSON.stringify(verdict));
  },
);

onSmallDisk(
  "a backend is down for long: queues are full before the disk is, an edit applies, and nothing is lost",
  16,
  async (agent, t) => {
    const spansPerRequest = 20;
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 150, spansPerRequest, gateways: ["a"] });
    await poll("spans", () => agent.sink.spans.length > 100);
    agent.sink.behave({ status: 503 });
    // The core's queue first, then that of ingest.
    await poll("full", () => oracle.refused() > 2000, 60_000);
    agent.write("a.yaml", markPolicy("a", "mark-1"));
    const { lastReload } = await poll("tried", async () => {
      const now = await statusOf(agent);
      return now.lastReload.reason === "applied" && now.live.number === 1 ? null : now;
    });
    assert.equal(lastReload.outcome, "committed");
    agent.sink.behave({});
    await poll("flows again", () => lastMark(agent.sink) === "mark-1", 30_000);
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink], 15_000, 60_000);
    t.diagnostic(JSON.stringify(verdict));
    assert.equal(verdict.lost, 0, JSON.stringify(verdict));
    // The core whose queue was full was ended as it was, with what it was sending.
    assert.ok(verdict.doubled <= 10 * spansPerRequest, JSON.stringify(verdict));
    assert.match(verdict.lastRefusal ?? "", /queue is full/); // and not the disk
  },
);

onSmallDisk(
  "too little is left for the queues of one more core: the edit is turned down, what runs runs on",
  16,
  async (agent, t) => {
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, gateways: ["a"] });
    await poll("spans", () => agent.sink.spans.length > 100);
    const filler = `/proc/${agent.pid()}/root${agent.runDir}/filler`;
    writeFileSync(filler, Buffer.alloc(10 * 1024 * 1024));
    agent.write("a.yaml", markPolicy("a", "mark-1"));
    const { lastReload, live } = await poll("told", async () => {
      const status = await statusOf(agent);
      return status.lastReload.outcome === "rejected" ? status : null;
    });
    assert.match(lastReload.words ?? "", /no room for those of one more core/);
    assert.equal(live.number, 1);
    rmSync(filler);
    agent.write("a.yaml", markPolicy("a", "mark-2"));
    await poll("applies", () => lastMark(agent.sink) === "mark-2");
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink]);
    t.diagnostic(JSON.stringify(verdict));
    assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
  },
);

/** Policies whose config is larger than that; on gateways without traffic, since their spans would be as large. */
const largePolicies = (bytes: number): string =>
  Array.from({ length: Math.ceil(bytes / 50_000) }, (_, index) => {
    const attributes = Array.from(
      { length: 100 },
      (_none, number) => `{attributeName: large.a${number}, literalValue: "${`${index} `.repeat(500)}"}`,
    );
    const policy = markPolicy(`large-${index}`, "large");
    return policy.replace("customAttributes: [", `customAttributes: [${attributes.join(", ")}, `);
  }).join("---\n");

test("a config cannot be written whole: the edit is turned down with the system's words, and the next one applies", async (t) => {
  const fileBytes = 400 * 1024;
  const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, { fileBytes });
  try {
    await agent.start();
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 50, gateways: ["a"] });
    await poll("spans", () => oracle.accepted() > 50);
    agent.write("large.yaml", largePolicies(fileBytes));
    const { lastReload, live } = await poll("told", async () => {
      const status = await statusOf(agent);
      return status.lastReload.outcome === "rejected" ? status : null;
    });
    assert.match(lastReload.words ?? "", /the file would be larger than allowed/);
    assert.equal(live.number, 1);
    rmSync(join(agent.folder, "large.yaml"));
    agent.write("a.yaml", markPolicy("a", "mark-2"));
    await poll("applies", () => lastMark(agent.sink) === "mark-2");
    await oracle.stop();
    const verdict = await oracle.verdict([agent.sink]);
    t.diagnostic(JSON.stringify(verdict));
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
  } finally {
    await agent.end();
  }
});

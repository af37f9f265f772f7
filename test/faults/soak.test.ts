import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { test } from "node:test";
import { agentProcess } from "../support/agent-process.ts";
import { killNow } from "../support/noted-collectors.ts";
import { startOracle } from "../support/oracle.ts";
import { markPolicy } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributeOf } from "../support/sink.ts";

/** SOAK_SECONDS=180 in CI's long run, 1800 before a release. */
const seconds = Number(process.env["SOAK_SECONDS"] ?? 30);
const seed = Number(process.env["SOAK_SEED"] ?? 1);
const supported = process.platform === "linux";

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
const randomFrom = (start: number): (() => number) => {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Of the agent's process alone. */
type Size = {
  readonly rssMb: number;
  /** Of which: what it still refers to. */
  readonly heldMb: number;
  readonly files: number;
  readonly sockets: number;
  readonly children: number;
  /** In its run directory. */
  readonly names: number;
};

/** Processes it started and has not yet waited for, zombies as well; `others` are those that it took over. */
const childrenOf = (parent: number, others: readonly number[]): number =>
  readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    if (others.includes(Number(name))) return true;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
    } catch {
      return false; // it ended
    }
  }).length;

const openFilesOf = (pid: number): readonly string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
    } catch {
      return []; // closed
    }
  });

const rssMbOf = (pid: number): number =>
  (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024) / 1e6;

test(`${seconds} seconds of random edits, faults and traffic: nothing lost, and the agent does not grow`, {
  skip: supported ? false : "reads /proc",
  timeout: (seconds + 180) * 1000,
}, async (t) => {
  const random = randomFrom(seed);
  // How much memory a process keeps depends on how it is run: as it is shipped.
  const agent = await agentProcess(
    { "a.yaml": markPolicy("a", "mark-0"), "b.yaml": markPolicy("b", "other") },
    { isShipped: true },
  );
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  /** The smallest of a few looks: growth is what does not go away, whatever is in flight at one moment. */
  const size = async (): Promise<Size> => {
    const looks: Size[] = [];
    for (let look = 0; look < 5; look++) {
      const held = await agent.heldBytes();
      await wait(300);
      const files = openFilesOf(agent.pid());
      looks.push({
        rssMb: rssMbOf(agent.pid()),
        heldMb: held / 1e6,
        files: files.length,
        sockets: files.filter((file) => file.startsWith("socket:")).length,
        children: childrenOf(agent.pid(), agent.collectors()),
        names: readdirSync(agent.runDir).length,
      });
    }
    const least = (of: (size: Size) => number): number => Math.min(...looks.map(of));
    return {
      rssMb: least(({ rssMb }) => rssMb),
      heldMb: least(({ heldMb }) => heldMb),
      files: least(({ files }) => files),
      sockets: least(({ sockets }) => sockets),
      children: least(({ children }) => children),
      names: least(({ names }) => names),
    };
  };
  let edits = 0;
  let before: Size | null = null;
  let lastStart = 0;
  const counts: { [what: string]: number } = {};
  const kill = (which: string): void => {
    const pids = agent.collectors(which);
    const pid = pids[Math.floor(random() * pids.length)];
    if (pid !== undefined) killNow(pid);
  };
  const events: { readonly [what: string]: () => Promise<void> | void } = {
    edit: () => agent.write("a.yaml", markPolicy("a", `mark-${++edits}`)),
    "edit of another": () => agent.write("b.yaml", markPolicy("b", `other-${++edits}`)),
    "broken edit": () => agent.write("a.yaml", markPolicy("a", "x").slice(0, Math.floor(random() * 300))),
    "backend answers 503": async () => {
      agent.sink.behave({ status: 503 });
      await wait(500 + random() * 2000);
      agent.sink.behave({});
    },
    "slow backend": async () => {
      agent.sink.behave({ delayMs: 300 });
      await wait(1000);
      agent.sink.behave({});
    },
    "backend hangs": async () => {
      agent.door.hang(true);
      await wait(1000 + random() * 3000);
      agent.door.hang(false);
    },
    "backend resets": async () => {
      agent.door.reset(true);
      await wait(500 + random() * 2000);
      agent.door.reset(false);
    },
    // Not any more when the growth of one process is measured soon.
    "agent killed": async () => {
      if (performance.now() > lastStart) return;
      await agent.kill();
      await wait(random() * 500);
      await agent.start();
    },
    "core killed": () => kill("core"),
    "ingest killed": () => kill("ingest"),
    "reload asked for": async () => {
      await fetch(`${agent.url}/-/reload`, { method: "POST" });
    },
  };
  // Edits are what happens all day; deaths are rare.
  const weights = {
    edit: 8,
    "edit of another": 4,
    "broken edit": 2,
    "backend answers 503": 1,
    "slow backend": 1,
    "backend hangs": 1,
    "backend resets": 1,
    "agent killed": 1,
    "core killed": 1,
    "ingest killed": 0.5,
    "reload asked for": 1,
  };
  const pick = (): string => {
    const entries = Object.entries(weights);
    let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [what, weight] of entries) {
      left -= weight;
      if (left < 0) return what;
    }
    return "edit";
  };
  const rest = async (mark: string): Promise<void> => {
    agent.write("a.yaml", markPolicy("a", mark));
    await fetch(`${agent.url}/-/reload`, { method: "POST" });
    await poll(mark, () => agent.sink.spans.some(({ record }) => attributeOf(record, "mark") === mark), 60_000, 200);
    await poll(
      "rest",
      async () => {
        const { at } = (await (await fetch(`${agent.url}/api/v1/status`)).json()) as { readonly at: string };
        return at === "serving" && agent.collectors().length === 2;
      },
      60_000,
      200,
    );
  };
  try {
    await agent.start();
    // A port nobody listens on for a moment refuses; clients of OTLP send again, and so does this one.
    const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 60, gateways: ["a", "b"], retries: true });
    const until = performance.now() + seconds * 1000;
    lastStart = performance.now() + (seconds * 1000) / 10;
    let looked = performance.now();
    const course: string[] = [];
    const warm = performance.now() + (seconds * 1000) / 3;
    while (performance.now() < until) {
      const what = pick();
      counts[what] = (counts[what] ?? 0) + 1;
      await events[what]?.();
      await wait(200 + random() * 800);
      if (performance.now() > looked + (seconds * 1000) / 20) {
        looked = performance.now();
        const held = (await agent.heldBytes()) / 1e6;
        course.push(`${Math.round(rssMbOf(agent.pid()))}/${held.toFixed(1)}`);
      }
      if (before === null && performance.now() > warm) {
        await rest("warm");
        before = await size();
      }
    }
    await rest("the-end");
    await oracle.stop();
    const after = await size();
    const verdict = await oracle.verdict([agent.sink, agent.defaults], 15_000, 90_000);
    t.diagnostic(JSON.stringify(counts));
    t.diagnostic(`resident/held MB: ${course.join(" ")}`);
    t.diagnostic(JSON.stringify(verdict));
    t.diagnostic(`${JSON.stringify(before)} → ${JSON.stringify(after)}`);
    assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
    assert.ok(before !== null);
    for (const what of ["files", "sockets", "children"] as const)
      assert.ok(after[what] <= before[what] * 1.05, `${what} grew`);
    // Twenty generations are kept.
    assert.ok(after.names <= before.names + 10, "the run directory grew");
    // In the first minutes a heap has not found its size yet.
    if (seconds >= 170) {
      assert.ok(after.heldMb <= before.heldMb * 1.05, "what the agent holds grew");
      assert.ok(after.rssMb <= before.rssMb * 1.05, "the resident set grew");
    }
  } finally {
    await agent.end();
  }
});

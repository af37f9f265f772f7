import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { type Step, stepsFor } from "../../src/agent/machine.ts";
import type { AgentProcess } from "./agent-process.ts";
import { startOracle } from "./oracle.ts";
import { markPolicy } from "./policy-scene.ts";
import { poll } from "./poll.ts";
import { lastMark } from "./sink.ts";

/** Running processes are found by /proc. */
export const hasProc = existsSync("/proc/self/cmdline");

/** A moment of an edit, by the line that is logged then. */
export type Moment = { readonly what: string; readonly line: RegExp };

/** Every moment of an edit, from the machine's own table: a step that is added is killed in, too. */
export const momentsOf = (topology: "handover" | "single"): readonly Moment[] =>
  stepsFor(true, topology).flatMap((step: Step) => [
    { what: `as ${step} begins`, line: new RegExp(`msg="step ${step} of try \\d+ begins"`) },
    { what: `as ${step} has ended`, line: new RegExp(`msg="step ${step} of try \\d+ ended"`) },
  ]);

/**
 * An edit under traffic whose agent is killed in the moment that its log says `line`: what runs goes on without it, and
 * the next agent applies the edit; nothing is refused, lost or twice, and nothing left the policy's way.
 */
export const editWithAgentKilled = async (
  agent: AgentProcess,
  line: RegExp,
  mark: string,
  /** Clients of OTLP send again what was refused, which a port that is closed for a moment needs. */
  { retries = false }: { readonly retries?: boolean } = {},
): Promise<void> => {
  const oracle = startOracle({ endpoint: agent.endpoint, perSecond: 60, gateways: ["a"], retries });
  await poll("spans", () => oracle.accepted() > 50);
  agent.killAt(line);
  agent.write("a.yaml", markPolicy("a", mark));
  await agent.gone();
  const dead = oracle.accepted();
  await poll("spans without an agent", () => oracle.accepted() > dead + 50);
  await agent.start();
  await poll(mark, () => lastMark(agent.sink) === mark);
  await oracle.stop();
  const verdict = await oracle.verdict([agent.sink]);
  assert.deepEqual([verdict.refused, verdict.lost, verdict.doubled], [0, 0, 0], JSON.stringify(verdict));
  assert.equal(agent.defaults.spans.length, 0);
};

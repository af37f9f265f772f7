import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type Effect,
  type Event,
  liveOf,
  type Proposal,
  type State,
  type Step,
  stateAfter,
  stepsFor,
} from "../../src/agent/machine.ts";
import { transition } from "../../src/agent/transition.ts";

/** What may happen next; `pick` chooses among what processes could answer at the moment, so that most events matter. */
type Move =
  | { readonly kind: "input"; readonly digest: string; readonly cause: "change" | "request" | "resync" }
  | { readonly kind: "answer"; readonly passes: boolean; readonly lasting: boolean }
  /** What is in service ends by itself. */
  | { readonly kind: "death" }
  /** Bringing it back was in vain. */
  | { readonly kind: "vain" }
  | { readonly kind: "stray"; readonly event: Event };

const digests = fc.constantFrom("A", "B", "C", "D");
const steps = fc.constantFrom<Step>("validate", "ingest", "start", "prove", "commit");
const small = fc.nat(8);
const strays: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ type: fc.constant("passed" as const), attempt: small, step: steps }),
  fc.record({
    type: fc.constant("failed" as const),
    attempt: small,
    step: steps,
    reason: fc.constant("start_failed" as const),
    words: fc.constant("w"),
    lasting: fc.boolean(),
  }),
  fc.record({
    type: fc.constantFrom("died" as const, "breached" as const, "unrestored" as const),
    number: small,
    at: fc.constant(0),
    words: fc.constant("w"),
  }),
  fc.record({ type: fc.constantFrom("settled" as const, "restored" as const), number: small }),
  fc.record({
    type: fc.constant("unusable" as const),
    cause: fc.constant("change" as const),
    since: fc.constant(0),
    words: fc.constant("w"),
  }),
);
// A commit takes five passes in a row, and handing back two commits.
const mostly = fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) });
const moves: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("input" as const),
      digest: digests,
      cause: fc.constantFrom("change" as const, "request" as const, "resync" as const),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("answer" as const), passes: mostly, lasting: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constantFrom({ kind: "death" as const }, { kind: "vain" as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("stray" as const), event: strays }) },
);

const proposal = (digest: string): Proposal => ({ digest, ingestDigest: "i", core: "", ingest: "", flawed: false });

/** The event that the processes owe the machine now, if any. */
const owed = (state: State, { passes, lasting }: { passes: boolean; lasting: boolean }): Event | null => {
  const { phase } = state;
  switch (phase.at) {
    case "trying": {
      const { attempt } = phase.candidate;
      return passes
        ? { type: "passed", attempt, step: phase.step }
        : { type: "failed", attempt, step: phase.step, reason: "start_failed", words: "w", lasting };
    }
    case "observing":
      return passes
        ? { type: "settled", number: phase.live.number }
        : { type: "breached", number: phase.live.number, at: 0, words: "w" };
    case "handingBack":
      return passes
        ? { type: "restored", number: phase.to.number }
        : { type: "unrestored", number: phase.to.number, at: 0, words: "w" };
    case "stranded":
      return { type: "restored", number: phase.live.number };
    default:
      return null;
  }
};

const runs = { numRuns: Number(process.env["FC_RUNS"] ?? 2000) };

const eventOf = (move: Move, state: State): Event | null => {
  switch (move.kind) {
    case "input":
      return { type: "input", input: { proposal: proposal(move.digest), cause: move.cause, since: 0 } };
    case "answer":
      return owed(state, move);
    case "death":
    case "vain": {
      const live = liveOf(state.phase);
      const type = move.kind === "death" ? "died" : "unrestored";
      return live === null ? null : { type, number: live.number, at: 0, words: "w" };
    }
    case "stray":
      return move.event;
  }
};

const topologies = fc.constantFrom("handover" as const, "single" as const);
/** Two commits, the second one under observation: left to chance hardly a sequence gets there. */
const twoCommits = (topology: "handover" | "single"): readonly Move[] => {
  const pass: Move = { kind: "answer", passes: true, lasting: false };
  const into = (digest: string): Move => ({ kind: "input", digest, cause: "change" });
  const passes = (hasLive: boolean): readonly Move[] => stepsFor(hasLive, topology).map(() => pass);
  return [into("A"), ...passes(false), pass, into("B"), ...passes(true)];
};
const breach: Move = { kind: "answer", passes: false, lasting: false };
const beginnings = fc.constantFrom("nothing", "two commits", "a breach");
const sequences = fc.array(moves, { maxLength: 80, size: "max" });

test("one proven generation at a time, whatever happens in whatever order", () => {
  /** What the runs came to: a property that never gets anywhere holds for nothing. */
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(topologies, beginnings, sequences, (topology, beginning, rest) => {
      const first =
        beginning === "nothing"
          ? []
          : beginning === "a breach"
            ? [...twoCommits(topology), breach]
            : twoCommits(topology);
      let state: State = stateAfter(0, topology);
      const passedSteps = new Map<number, Step[]>();
      for (const move of [...first, ...rest]) {
        const event = eventOf(move, state);
        if (event === null) continue;
        const before = state;
        const next = transition(state, event);
        state = next.state;
        if (
          event.type === "passed" &&
          before.phase.at === "trying" &&
          event.attempt === before.phase.candidate.attempt &&
          event.step === before.phase.step
        ) {
          passedSteps.set(event.attempt, [...(passedSteps.get(event.attempt) ?? []), event.step]);
        }
        assertSound(before, event, next.effects, state, passedSteps);
        assertNotLost(before, event, next.effects, state);
        for (const effect of next.effects) {
          const what = effect.type === "report" ? `${topology} ${effect.outcome} ${effect.reason}` : null;
          if (what !== null) seen.set(what, (seen.get(what) ?? 0) + 1);
        }
      }
      settle(state);
    }),
    runs,
  );
  for (const topology of ["handover", "single"])
    for (const end of [
      "committed applied",
      "unchanged same_digest",
      "rejected start_failed",
      "rejected known_bad",
      "rejected compile_error",
      "rolledBack breach",
      "rolledBack died",
      "stranded died",
      "stranded breach",
    ])
      assert.ok((seen.get(`${topology} ${end}`) ?? 0) >= runs.numRuns / 200, `${topology} ${end}: too seldom`);
});

test("once it is to stop nothing is tried, committed or brought back any more", () => {
  fc.assert(
    fc.property(topologies, sequences, sequences, (topology, sooner, later) => {
      let state: State = stateAfter(0, topology);
      const run = (move: Move): readonly Effect[] => {
        const event = eventOf(move, state);
        if (event === null) return [];
        const next = transition(state, event);
        state = next.state;
        return next.effects;
      };
      for (const move of sooner) run(move);
      const wasTrying = state.phase.at === "trying";
      const stopping = transition(state, { type: "stop" });
      state = stopping.state;
      assert.deepEqual(
        stopping.effects.map(({ type }) => type),
        wasTrying ? ["discard", "shutdown"] : ["shutdown"],
      );
      for (const move of later) assert.deepEqual(run(move), []);
      assert.equal(state.phase.at, "stopping");
    }),
    runs,
  );
});

const assertSound = (
  before: State,
  event: Event,
  effects: readonly Effect[],
  after: State,
  passedSteps: ReadonlyMap<number, readonly Step[]>,
): void => {
  const commits = effects.filter((effect) => effect.type === "report" && effect.outcome === "committed");
  assert.ok(commits.length <= 1);
  assert.equal(
    after.committed - before.committed,
    commits.length,
    "a number was given without a commit, or the other way round",
  );
  for (const commit of commits) {
    assert.ok(commit.type === "report" && commit.attempt !== null);
    const hadLive = before.phase.at === "trying" && before.phase.live !== null;
    assert.deepEqual(
      passedSteps.get(commit.attempt),
      stepsFor(hadLive, after.topology),
      "committed without every proof",
    );
  }
  // Users' records change their way only by a commit or by going back to what was live before.
  const [from, to] = [liveOf(before.phase), liveOf(after.phase)];
  if (commits.length === 0 && from !== to) {
    assert.ok(from !== null && to !== null && to.number <= from.number, `${event.type} changed what is live`);
  }
  // At most one try is under way, and it begins with its first step.
  const begun = effects.filter((effect) => effect.type === "try");
  assert.ok(begun.length <= 1);
  for (const effect of begun) {
    assert.ok(after.phase.at === "trying");
    assert.deepEqual([effect.candidate.attempt, effect.step], [after.phase.candidate.attempt, after.phase.step]);
    // What is known to be bad is tried only when asked for.
    const wasBad = before.bad.has(`i/${effect.candidate.proposal.digest}`);
    if (effect.step === "validate" && wasBad) assert.equal(effect.candidate.cause, "request");
  }
  // Every try that is given up is cleaned away, and told.
  const gaveUp =
    before.phase.at === "trying" &&
    !(after.phase.at === "trying" && after.phase.candidate.attempt === before.phase.candidate.attempt);
  if (gaveUp && commits.length === 0) assert.ok(effects.some(({ type }) => type === "discard"));
};

/** The input that waits. */
const queuedIn = ({ phase }: State) => (phase.at === "trying" || phase.at === "handingBack" ? phase.queued : null);

/** What waits is tried, told, or replaced by something newer; it never gets lost. */
const assertNotLost = (before: State, event: Event, effects: readonly Effect[], after: State): void => {
  const waited = queuedIn(before);
  if (waited === null || queuedIn(after) !== null || event.type === "input" || event.type === "unusable") return;
  const { digest } = waited.proposal;
  const isTried = effects.some((effect) => effect.type === "try" && effect.candidate.proposal.digest === digest);
  const isTold = effects.some((effect) => effect.type === "report" && effect.digest === digest);
  assert.ok(isTried || isTold || waited.cause === "resync", `${digest} waited and was forgotten`);
};

/** With processes that answer well, every state comes to rest within a few events: at the newest input, or where it was. */
const settle = (from: State): void => {
  let state = from;
  const newest = state.phase.at === "trying" ? (state.phase.queued ?? state.phase.candidate).proposal.digest : null;
  for (let i = 0; i < 25; i++) {
    const event = owed(state, { passes: true, lasting: false });
    if (event === null) break;
    state = transition(state, event).state;
  }
  assert.ok(["idle", "serving", "stopping"].includes(state.phase.at), `stuck in ${state.phase.at}`);
  const isBad = newest !== null && from.bad.has(`i/${newest}`);
  if (newest !== null && !isBad) assert.equal(liveOf(state.phase)?.proposal.digest, newest);
};

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Candidate,
  type Effect,
  type Event,
  type Generation,
  type Input,
  initialState,
  type Phase,
  type Proposal,
  type State,
} from "../../../src/agent/machine.ts";
import { transition } from "../../../src/agent/transition.ts";

const proposal = (digest: string, flawed = false): Proposal => ({
  digest,
  ingestDigest: "i",
  core: "",
  ingest: "",
  flawed,
});
const input = (digest: string, cause: Input["cause"] = "change", flawed = false): Input => ({
  proposal: proposal(digest, flawed),
  cause,
  since: 10,
});
const candidate = (digest: string, attempt: number): Candidate => ({ ...input(digest), attempt });
const generation = (number: number, digest: string): Generation => ({
  number,
  attempt: number,
  proposal: proposal(digest),
});

const one = generation(1, "A");
const two = generation(2, "B");
const state = (phase: Phase, bad: Record<string, "breach" | "start_failed"> = {}): State => ({
  phase,
  bad: new Map(Object.entries(bad).map(([digest, reason]) => [`i/${digest}`, reason])),
  attempts: 5,
  committed: 2,
});

const idle: Phase = { at: "idle" };
const trying = (
  step: "validate" | "start" | "prove" | "ingest" | "commit",
  queued: Input | null = null,
  live: Generation | null = one,
): Phase => ({
  at: "trying",
  live,
  candidate: candidate("B", 5),
  step,
  queued,
});
const observing: Phase = { at: "observing", live: two, previous: one };
const observingFirst: Phase = { at: "observing", live: two, previous: null };
const serving: Phase = { at: "serving", live: two };
const handingBack: Phase = {
  at: "handingBack",
  from: two,
  to: one,
  since: 20,
  because: "breach",
  words: "w",
  queued: null,
};
const stranded: Phase = { at: "stranded", live: two };
const stopping: Phase = { at: "stopping", live: two };

/** Effects as one word each, so that a case reads in a line. */
const word = (effect: Effect): string => {
  switch (effect.type) {
    case "try":
      return `${effect.step} ${effect.candidate.proposal.digest}`;
    case "discard":
      return `discard ${effect.candidate.proposal.digest}`;
    case "observe":
      return `observe ${effect.live.number}`;
    case "retire":
      return `keep ${effect.keep.number}`;
    case "restore":
      return `restore ${effect.generation.number}`;
    case "report":
      return `${effect.outcome}/${effect.reason} ${effect.digest}`;
    case "shutdown":
      return effect.now ? "shutdown now" : "shutdown";
  }
};

const phaseWord = (phase: Phase): string => {
  switch (phase.at) {
    case "trying":
      return `trying ${phase.step} ${phase.candidate.proposal.digest}${phase.queued === null ? "" : ` then ${phase.queued.proposal.digest}`}`;
    case "observing":
    case "serving":
    case "stranded":
      return `${phase.at} ${phase.live.number}`;
    case "handingBack":
      return `handingBack ${phase.from.number}→${phase.to.number}${phase.queued === null ? "" : ` then ${phase.queued.proposal.digest}`}`;
    default:
      return phase.at;
  }
};

const failed = (step: "validate" | "start" | "prove" | "ingest" | "commit", lasting = true): Event => ({
  type: "failed",
  attempt: 5,
  step,
  reason: "start_failed",
  words: "w",
  lasting,
});
const passed = (step: "validate" | "start" | "prove" | "ingest" | "commit", attempt = 5): Event => ({
  type: "passed",
  attempt,
  step,
});
const of = (type: "died" | "breached" | "unrestored", number: number): Event => ({ type, number, at: 30, words: "w" });
const into = (digest: string, cause: Input["cause"] = "change", flawed = false): Event => ({
  type: "input",
  input: input(digest, cause, flawed),
});
const unusable = (cause: Input["cause"] = "change"): Event => ({ type: "unusable", cause, since: 10, words: "w" });

type Case = readonly [what: string, from: State, event: Event, to: string, effects: readonly string[]];

const cases: readonly Case[] = [
  ["the first input is tried", state(idle), into("A"), "trying validate A", ["validate A"]],
  ["an input that is live changes nothing", state(serving), into("B"), "serving 2", ["unchanged/same_digest B"]],
  ["the same at a resync is silent", state(serving), into("B", "resync"), "serving 2", []],
  [
    "errors that hold everything back are no success",
    state(serving),
    into("B", "change", true),
    "serving 2",
    ["rejected/compile_error B"],
  ],
  ["a new input is tried", state(serving), into("C"), "trying validate C", ["validate C"]],
  [
    "what failed before is not tried again",
    state(serving, { C: "start_failed" }),
    into("C"),
    "serving 2",
    ["rejected/known_bad C"],
  ],
  ["nor at a resync, silently", state(serving, { C: "start_failed" }), into("C", "resync"), "serving 2", []],
  [
    "but when somebody asks",
    state(serving, { C: "start_failed" }),
    into("C", "request"),
    "trying validate C",
    ["validate C"],
  ],
  ["an input while observing ends the observation", state(observing), into("C"), "trying validate C", ["validate C"]],
  ["an input while trying waits", state(trying("prove")), into("C"), "trying prove B then C", []],
  ["the newest of those that wait", state(trying("prove", input("C"))), into("D"), "trying prove B then D", []],
  ["back to what is being tried: nothing waits", state(trying("prove", input("C"))), into("B"), "trying prove B", []],
  ["an input while handing back waits", state(handingBack), into("C"), "handingBack 2→1 then C", []],
  ["an input when stranded is tried", state(stranded), into("C"), "trying validate C", ["validate C"]],
  ["what stranded us is tried when it comes anew", state(stranded), into("B"), "trying validate B", ["validate B"]],
  ["but not at a resync", state(stranded), into("B", "resync"), "stranded 2", []],
  ["an input while stopping is too late", state(stopping), into("C"), "stopping", []],

  ["an unusable base is told", state(serving), unusable(), "serving 2", ["rejected/compile_error null"]],
  [
    "an unusable base replaces what waits",
    state(trying("prove", input("C"))),
    unusable(),
    "trying prove B",
    ["rejected/compile_error null"],
  ],
  ["and is silent at a resync", state(idle), unusable("resync"), "idle", []],

  [
    "validate, then start beside the running one",
    state(trying("validate")),
    passed("validate"),
    "trying start B",
    ["start B"],
  ],
  ["then prove", state(trying("start")), passed("start"), "trying prove B", ["prove B"]],
  ["then ingest, if it needs another config", state(trying("prove")), passed("prove"), "trying ingest B", ["ingest B"]],
  ["then commit", state(trying("ingest")), passed("ingest"), "trying commit B", ["commit B"]],
  [
    "the first time ingest comes before the core",
    state(trying("validate", null, null)),
    passed("validate"),
    "trying ingest B",
    ["ingest B"],
  ],
  [
    "and the commit after the proof",
    state(trying("prove", null, null)),
    passed("prove"),
    "trying commit B",
    ["commit B"],
  ],
  [
    "committed: the old one drains, the new one is observed",
    state(trying("commit")),
    passed("commit"),
    "observing 3",
    ["committed/applied B", "keep 3", "observe 3"],
  ],
  [
    "committed, and the next one waits no longer",
    state(trying("commit", input("C"))),
    passed("commit"),
    "trying validate C",
    ["committed/applied B", "keep 3", "observe 3", "validate C"],
  ],
  ["an answer of an older try", state(trying("prove")), passed("prove", 4), "trying prove B", []],
  ["an answer of an older step", state(trying("prove")), passed("start"), "trying prove B", []],
  ["an answer when nothing is tried", state(serving), passed("commit"), "serving 2", []],

  ...(["validate", "start", "prove", "ingest", "commit"] as const).map(
    (step): Case => [
      `failing at ${step} leaves the live one`,
      state(trying(step)),
      failed(step),
      "serving 1",
      ["discard B", "rejected/start_failed B"],
    ],
  ),
  [
    "failing when nothing is live",
    state(trying("prove", null, null)),
    failed("prove"),
    "idle",
    ["discard B", "rejected/start_failed B"],
  ],
  [
    "failing, then the one that waits",
    state(trying("start", input("C"))),
    failed("start"),
    "trying validate C",
    ["discard B", "rejected/start_failed B", "validate C"],
  ],
  [
    "failing, then back to what is live",
    state(trying("start", input("A"))),
    failed("start"),
    "serving 1",
    ["discard B", "rejected/start_failed B", "unchanged/same_digest A"],
  ],
  ["a failure of another step", state(trying("prove")), failed("start"), "trying prove B", []],

  ["observed long enough", state(observing), { type: "settled", number: 2 }, "serving 2", []],
  ["the end of an older observation", state(observing), { type: "settled", number: 1 }, "observing 2", []],
  ["a breach hands back", state(observing), of("breached", 2), "handingBack 2→1", ["restore 1"]],
  ["a breach of an older one", state(observing), of("breached", 1), "observing 2", []],
  [
    "a breach of the first one ever: nothing to hand back to",
    state(observingFirst),
    of("breached", 2),
    "observing 2",
    [],
  ],
  ["a breach when it is over", state(serving), of("breached", 2), "serving 2", []],

  ["death while observed hands back", state(observing), of("died", 2), "handingBack 2→1", ["restore 1"]],
  [
    "death of the first one ever: it is brought back",
    state(observingFirst),
    of("died", 2),
    "observing 2",
    ["restore 2"],
  ],
  ["death in service", state(serving), of("died", 2), "serving 2", ["restore 2"]],
  ["death of the live one during a try", state(trying("prove")), of("died", 1), "trying prove B", ["restore 1"]],
  ["death of one that is not live", state(serving), of("died", 1), "serving 2", []],
  ["death of the breached one is what was to come", state(handingBack), of("died", 2), "handingBack 2→1", []],
  ["death when stranded", state(stranded), of("died", 2), "stranded 2", ["restore 2"]],

  ["handed back", state(handingBack), { type: "restored", number: 1 }, "serving 1", ["keep 1", "rolledBack/breach B"]],
  [
    "handed back, then the next",
    state({ ...handingBack, queued: input("C") }),
    { type: "restored", number: 1 },
    "trying validate C",
    ["keep 1", "rolledBack/breach B", "validate C"],
  ],
  ["brought back in service", state(serving), { type: "restored", number: 2 }, "serving 2", []],
  ["brought back when stranded", state(stranded), { type: "restored", number: 2 }, "serving 2", ["keep 2"]],
  ["another one brought back", state(stranded), { type: "restored", number: 1 }, "stranded 2", []],

  ["cannot be handed back", state(handingBack), of("unrestored", 1), "stranded 1", ["stranded/breach A"]],
  ["cannot be brought back", state(serving), of("unrestored", 2), "stranded 2", ["stranded/died B"]],
  ["still cannot", state(stranded), of("unrestored", 2), "stranded 2", []],
  ["cannot be brought back, but another is tried", state(trying("prove")), of("unrestored", 1), "trying prove B", []],

  ["stop when nothing was live", state(idle), { type: "stop" }, "stopping", ["shutdown"]],
  ["stop during a try", state(trying("prove")), { type: "stop" }, "stopping", ["discard B", "shutdown"]],
  ["stop in service", state(serving), { type: "stop" }, "stopping", ["shutdown"]],
  ["stop again", state(stopping), { type: "stop" }, "stopping", ["shutdown now"]],
];

describe("transition", () => {
  for (const [what, from, event, phase, effects] of cases) {
    test(what, () => {
      const next = transition(from, event);
      assert.equal(phaseWord(next.state.phase), phase);
      assert.deepEqual(next.effects.map(word), effects);
    });
  }

  test("every event is answered in every state", () => {
    const phases = [
      idle,
      trying("validate"),
      trying("commit"),
      observing,
      observingFirst,
      serving,
      handingBack,
      stranded,
      stopping,
    ];
    const events: readonly Event[] = [
      into("A"),
      into("Z", "request"),
      unusable(),
      passed("validate"),
      passed("commit"),
      failed("prove"),
      of("died", 2),
      of("breached", 2),
      { type: "settled", number: 2 },
      { type: "restored", number: 1 },
      of("unrestored", 2),
      { type: "stop" },
    ];
    for (const phase of phases) {
      for (const event of events) assert.ok(transition(state(phase), event).state.phase.at);
    }
  });

  test("only a failure of the config itself is remembered", () => {
    assert.equal(transition(state(trying("prove")), failed("prove", true)).state.bad.get("i/B"), "start_failed");
    assert.equal(transition(state(trying("prove")), failed("prove", false)).state.bad.size, 0);
  });

  test("asking for a bad one forgets why it was bad; committing it does as well", () => {
    assert.equal(transition(state(serving, { C: "start_failed" }), into("C", "request")).state.bad.size, 0);
    assert.equal(transition(state(trying("commit"), { B: "start_failed" }), passed("commit")).state.bad.size, 0);
  });

  test("a breached one is bad from then on", () => {
    assert.equal(transition(state(observing), of("breached", 2)).state.bad.get("i/B"), "breach");
  });

  test("what waits keeps the time of the first unserved change, and whose wish it was", () => {
    const waiting = { ...input("C", "request"), since: 4 };
    const { phase } = transition(state(trying("prove", waiting)), into("D", "resync")).state;
    assert.ok(phase.at === "trying");
    assert.deepEqual([phase.queued?.proposal.digest, phase.queued?.since, phase.queued?.cause], ["D", 4, "request"]);
  });

  test("nothing is committed before the first input", () => {
    assert.deepEqual(transition(initialState, passed("commit")), { state: initialState, effects: [] });
  });
});

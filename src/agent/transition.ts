import { unreachable } from "../base/assert.ts";
import {
  type Candidate,
  type Effect,
  type Event,
  type Generation,
  type Input,
  isSame,
  keyOf,
  liveOf,
  type Phase,
  type State,
  stepsFor,
  type Transition,
} from "./machine.ts";
import type { ReloadReason } from "./view.ts";

/**
 * The whole reload logic as one total function: no clock, no process. An event that cannot matter in a state is answered
 * by the same state and no effects. Invariants, checked over random event sequences:
 * one generation is committed at a time and only after each of its steps passed; a digest that failed by its own fault
 * is not tried again unasked; the newest input wins.
 */
export const transition = (state: State, event: Event): Transition => {
  const { phase } = state;
  if (phase.at === "stopping") {
    return event.type === "stop" ? { state, effects: [{ type: "shutdown", now: true }] } : same(state);
  }
  switch (event.type) {
    case "input":
      return onInput(state, event.input);
    case "unusable":
      return onUnusable(state, event);
    case "passed":
      return onPassed(state, event);
    case "failed":
      return onFailed(state, event);
    case "died":
      return onDied(state, event);
    case "breached":
      return phase.at === "observing" && phase.live.number === event.number && phase.previous !== null
        ? handBack(state, phase.live, phase.previous, { ...event, because: "breach" })
        : same(state);
    case "settled":
      return phase.at === "observing" && phase.live.number === event.number
        ? to(state, { at: "serving", live: phase.live })
        : same(state);
    case "restored":
      return onRestored(state, event.number);
    case "unrestored":
      return onUnrestored(state, event);
    case "stop":
      return {
        state: { ...state, phase: { at: "stopping", live: liveOf(phase) } },
        effects: [
          ...(phase.at === "trying" ? [discard(phase.candidate, phase.live)] : []),
          { type: "shutdown", now: false },
        ],
      };
    default:
      return unreachable(event);
  }
};

const same = (state: State): Transition => ({ state, effects: [] });

const to = (state: State, phase: Phase, effects: readonly Effect[] = []): Transition => ({
  state: { ...state, phase },
  effects,
});

const then = (first: Transition, next: (state: State) => Transition): Transition => {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
};

const discard = (candidate: Candidate, live: Generation | null): Effect => ({ type: "discard", candidate, live });

const reportOf = (
  { proposal, since }: Input,
  outcome: Extract<Effect, { type: "report" }>["outcome"],
  reason: ReloadReason,
  details: { readonly attempt?: number; readonly words?: string } = {},
): Effect => ({
  type: "report",
  outcome,
  reason,
  digest: proposal.digest,
  attempt: details.attempt ?? null,
  since,
  flawed: proposal.flawed,
  words: details.words ?? null,
});

/** Of what is no try, or no longer one. */
const told = (
  outcome: Extract<Effect, { type: "report" }>["outcome"],
  reason: ReloadReason,
  of: { readonly digest: string | null; readonly since: number; readonly words: string },
): Effect => ({ type: "report", outcome, reason, attempt: null, flawed: true, ...of });

const onInput = (state: State, input: Input): Transition => {
  const { phase } = state;
  switch (phase.at) {
    case "trying":
      // What is being tried already needs no second try; it also replaces whatever waited before it.
      return to(state, {
        ...phase,
        queued: isSame(phase.candidate.proposal, input.proposal) ? null : queue(phase.queued, input),
      });
    case "handingBack":
      return to(state, { ...phase, queued: queue(phase.queued, input) });
    case "observing":
    case "serving":
      if (!isSame(phase.live.proposal, input.proposal)) return consider(state, input);
      if (input.cause === "resync") return same(state);
      // Errors kept the input from changing anything: that is no "unchanged".
      return to(state, phase, [
        input.proposal.flawed
          ? reportOf(input, "rejected", "compile_error")
          : reportOf(input, "unchanged", "same_digest"),
      ]);
    case "stranded":
      // The same again at a resync: bringing it back is under way anyhow.
      return input.cause === "resync" && isSame(phase.live.proposal, input.proposal)
        ? same(state)
        : consider(state, input);
    default:
      return consider(state, input);
  }
};

/** The newest input waits, since the first change that is still unserved. */
const queue = (before: Input | null, input: Input): Input => ({
  ...input,
  since: before === null ? input.since : Math.min(before.since, input.since),
  // Somebody asked, or somebody changed something: a resync on top of it must not silence the answer.
  cause: before !== null && input.cause === "resync" ? before.cause : input.cause,
});

/** Tries an input from a state in which nothing is being tried. */
const consider = (state: State, input: Input): Transition => {
  const key = keyOf(input.proposal);
  const failed = state.bad.get(key);
  if (failed !== undefined && input.cause !== "request") {
    return to(
      state,
      state.phase,
      input.cause === "resync"
        ? []
        : [
            reportOf(input, "rejected", "known_bad", {
              words: `the same config failed before (${failed}); a reload that is asked for tries it again`,
            }),
          ],
    );
  }
  const candidate: Candidate = { ...input, attempt: state.attempts + 1 };
  const live = liveOf(state.phase);
  const [step = "validate"] = stepsFor(live !== null, state.topology);
  return {
    state: {
      ...state,
      bad: failed === undefined ? state.bad : without(state.bad, key),
      attempts: candidate.attempt,
      phase: { at: "trying", live, candidate, step, queued: null },
    },
    effects: [{ type: "try", step, candidate, live }],
  };
};

const without = (bad: State["bad"], key: string): State["bad"] => new Map([...bad].filter(([other]) => other !== key));

const onUnusable = (state: State, event: Extract<Event, { type: "unusable" }>): Transition => {
  const { phase } = state;
  // The newest input wins, also when it is one that cannot be tried.
  const next: Phase = phase.at === "trying" || phase.at === "handingBack" ? { ...phase, queued: null } : phase;
  if (event.cause === "resync") return to(state, next);
  const { since, words } = event;
  return to(state, next, [told("rejected", "compile_error", { digest: null, since, words })]);
};

const onPassed = (state: State, event: Extract<Event, { type: "passed" }>): Transition => {
  const { phase } = state;
  if (phase.at !== "trying" || phase.candidate.attempt !== event.attempt || phase.step !== event.step)
    return same(state);
  const { candidate, live } = phase;
  if (event.step !== "commit") {
    const steps = stepsFor(live !== null, state.topology);
    const step = steps[steps.indexOf(event.step) + 1] ?? "commit";
    return to(state, { ...phase, step }, [{ type: "try", step, candidate, live }]);
  }
  const generation: Generation = {
    number: state.committed + 1,
    attempt: candidate.attempt,
    proposal: candidate.proposal,
  };
  const committed: Transition = {
    state: {
      ...state,
      committed: generation.number,
      // A proof that it can run: what failed before had other reasons.
      bad: without(state.bad, keyOf(candidate.proposal)),
      phase: { at: "observing", live: generation, previous: live },
    },
    effects: [
      reportOf(candidate, "committed", "applied", { attempt: candidate.attempt }),
      { type: "retire", keep: generation },
      { type: "observe", live: generation, previous: live },
    ],
  };
  return thenQueued(committed, phase.queued);
};

const thenQueued = (first: Transition, queued: Input | null): Transition =>
  queued === null ? first : then(first, (state) => onInput(state, queued));

const onFailed = (state: State, event: Extract<Event, { type: "failed" }>): Transition => {
  const { phase } = state;
  if (phase.at !== "trying" || phase.candidate.attempt !== event.attempt || phase.step !== event.step)
    return same(state);
  const { candidate, live } = phase;
  const failed: Transition = {
    state: {
      ...state,
      bad: event.lasting ? new Map([...state.bad, [keyOf(candidate.proposal), event.reason]]) : state.bad,
      phase: live === null ? { at: "idle" } : { at: "serving", live },
    },
    effects: [
      discard(candidate, live),
      reportOf(candidate, "rejected", event.reason, { attempt: candidate.attempt, words: event.words }),
    ],
  };
  return thenQueued(failed, phase.queued);
};

const onDied = (state: State, event: Extract<Event, { type: "died" }>): Transition => {
  const { phase } = state;
  const live = liveOf(phase);
  // While it is handed back, the end of the breached generation is what was to come.
  if (live === null || live.number !== event.number || phase.at === "handingBack") return same(state);
  if (phase.at === "observing" && phase.previous !== null) {
    return handBack(state, phase.live, phase.previous, { ...event, because: "died" });
  }
  return to(state, phase, [{ type: "restore", generation: live }]);
};

const handBack = (
  state: State,
  from: Generation,
  previous: Generation,
  { at, words, because }: { readonly at: number; readonly words: string; readonly because: ReloadReason },
): Transition => ({
  state: {
    ...state,
    bad: new Map([...state.bad, [keyOf(from.proposal), because]]),
    phase: { at: "handingBack", from, to: previous, since: at, because, words, queued: null },
  },
  effects: [{ type: "restore", generation: previous }],
});

const onRestored = (state: State, number: number): Transition => {
  const { phase } = state;
  if (phase.at === "stranded" && phase.live.number === number) {
    return to(state, { at: "serving", live: phase.live }, [{ type: "retire", keep: phase.live }]);
  }
  if (phase.at !== "handingBack" || phase.to.number !== number) return same(state);
  const { from, to: live, since, because, words, queued } = phase;
  const back = to(state, { at: "serving", live }, [
    { type: "retire", keep: live },
    told("rolledBack", because, { digest: from.proposal.digest, since, words }),
  ]);
  return thenQueued(back, queued);
};

const onUnrestored = (state: State, event: Extract<Event, { type: "unrestored" }>): Transition => {
  const { phase } = state;
  const wanted =
    phase.at === "handingBack" ? phase.to : phase.at === "serving" || phase.at === "observing" ? phase.live : null;
  if (wanted === null || wanted.number !== event.number) return same(state);
  const because = phase.at === "handingBack" ? phase.because : "died";
  const { at: since, words } = event;
  const stranded = to(state, { at: "stranded", live: wanted }, [
    told("stranded", because, { digest: wanted.proposal.digest, since, words }),
  ]);
  return thenQueued(stranded, phase.at === "handingBack" ? phase.queued : null);
};

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Generation, initialState, type Phase, type State } from "../../../src/agent/machine.ts";
import { atOf, isReady, liveView } from "../../../src/agent/view-of.ts";

const proposal = { digest: "d", ingestDigest: "i", core: "", ingest: "", flawed: false };
const live: Generation = { number: 4, attempt: 9, proposal };
const candidate = { proposal, cause: "change" as const, since: 0, attempt: 10 };
const state = (phase: Phase): State => ({ ...initialState, phase });

test("what users are told of each phase", () => {
  const cases: readonly (readonly [Phase, string, ready: boolean])[] = [
    [{ at: "idle" }, "starting", false],
    [{ at: "trying", live: null, candidate, step: "prove", queued: null }, "starting", false],
    [{ at: "trying", live, candidate, step: "prove", queued: null }, "trying", true],
    [{ at: "observing", live, previous: null }, "observing", true],
    [{ at: "serving", live }, "serving", true],
    [
      { at: "handingBack", from: live, to: live, since: 0, because: "breach", words: "", queued: null },
      "observing",
      true,
    ],
    [{ at: "stranded", live }, "stranded", false],
    [{ at: "stopping", live }, "stopping", false],
  ];
  for (const [phase, at, ready] of cases) {
    assert.deepEqual([atOf(phase), isReady(state(phase), true)], [at, ready]);
    assert.equal(isReady(state(phase), false), false, "ready without ingest");
  }
});

test("the live generation, or none", () => {
  assert.equal(liveView(state({ at: "idle" }), 7), null);
  assert.deepEqual(liveView(state({ at: "serving", live }), 7), { number: 4, digest: "d", since: 7 });
});

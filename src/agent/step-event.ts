import type { Failure } from "./failure.ts";
import type { Event, Step } from "./machine.ts";

/** How a step of a try ended, in the machine's words. Null: nothing speaks against going on. */
export const stepEvent = (attempt: number, step: Step, failed: Failure | null): Event =>
  failed === null
    ? { type: "passed", attempt, step }
    : {
        type: "failed",
        attempt,
        step,
        reason: failed.reason,
        words: failed.found.message,
        lasting: failed.lasting,
      };

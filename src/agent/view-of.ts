import type { Instant } from "../base/clock.ts";
import { liveOf, type Phase, type State } from "./machine.ts";
import type { AgentView } from "./view.ts";

/** What the view says of the machine's state. */
export const atOf = (phase: Phase): AgentView["at"] => {
  switch (phase.at) {
    case "idle":
      return "starting";
    case "trying":
      return phase.live === null ? "starting" : "trying";
    case "handingBack":
      return "observing";
    default:
      return phase.at;
  }
};

/**
 * Ready: a generation was committed and ingest takes records. While a core is replaced or brought back ingest buffers,
 * so that is no reason to send traffic elsewhere.
 */
export const isReady = ({ phase }: State, ingestIsHealthy: boolean): boolean =>
  liveOf(phase) !== null && phase.at !== "stopping" && phase.at !== "stranded" && ingestIsHealthy;

export const liveView = ({ phase }: State, since: Instant): AgentView["live"] => {
  const live = liveOf(phase);
  return live === null ? null : { number: live.number, digest: live.proposal.digest, since };
};

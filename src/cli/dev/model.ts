import type { AgentView } from "../../agent/view.ts";
import type { Instant } from "../../base/clock.ts";
import type { SendCounts } from "../../traffic/sender.ts";
import type { Derived } from "./derived.ts";
import type { Shares } from "./shares.ts";

/** Everything the screen shows; the screen is a function of this and the terminal's size. */
export type DevModel = {
  readonly view: AgentView;
  readonly now: Instant;
  /** Of the first ready moment; null before. */
  readonly readySince: Instant | null;
  /** Where the policies are, as the user would type it. */
  readonly policies: string;
  readonly shares: Shares;
  readonly sent: SendCounts;
  /** What arrived at the sink that stands in for the providers' endpoints. */
  readonly sink: { readonly spans: number; readonly logs: number; readonly points: number };
  readonly accessLog: { readonly path: string; readonly lines: number; readonly newest: string | null };
  readonly derived: Derived;
  /** Address of the metrics a Prometheus would scrape, or null. */
  readonly scrape: string | null;
  /** The newest finding that keeps the input from taking effect, as a code frame; null when there is none. */
  readonly frame: string | null;
  /** What is going on before the first generation is live. */
  readonly progress: string | null;
};

/** Tokens as the agent knows them, else as the scraped endpoint offers them. */
export const tokensOf = ({ view, derived }: Pick<DevModel, "view" | "derived">): DevModel["view"]["tokens"] =>
  view.tokens.length > 0 ? view.tokens : derived.tokens;

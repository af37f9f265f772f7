import type { Clock, Instant } from "../base/clock.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import type { Aside } from "./aside.ts";
import type { StartEngine } from "./engine.ts";
import type { History } from "./history.ts";
import type { CompileFiles } from "./hold-back.ts";
import type { AgentOptions } from "./options.ts";
import type { Site } from "./site.ts";
import type { DimensionRow } from "./view.ts";

/** What the loop is given: the outside world, and who is told. */
export type LoopOptions = {
  readonly site: Site;
  /** The time of day; the site's clock only measures. */
  readonly wall: Pick<Clock, "now">;
  readonly instruments: Instruments;
  readonly onFinding: AgentOptions["onFinding"];
  readonly base: SourceFile;
  readonly once: boolean;
  readonly compile: CompileFiles;
  readonly startEngine: StartEngine;
  readonly topology: "handover" | "single";
  readonly history: History;
  readonly pinned: () => string | null;
  readonly dimensions: () => readonly DimensionRow[];
  /** Reads again without these policies. */
  readonly setAside: (asides: readonly Aside[], since: Instant) => void;
};

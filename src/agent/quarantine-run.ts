import { configPathsIn } from "../collector/validate.ts";
import type { Log } from "../telemetry/log.ts";
import type { Aside } from "./aside.ts";
import type { Failure } from "./failure.ts";
import type { CompileFiles, Held } from "./hold-back.ts";
import type { Proposal } from "./machine.ts";
import { asidesOf, findAsides, type Refusal } from "./quarantine.ts";
import type { ReloadReason } from "./view.ts";

export type QuarantineOptions = {
  readonly compile: CompileFiles;
  /** `starts`: also start it, where `validate` alone would not show the failure. */
  readonly probe: (proposal: Proposal, starts: boolean) => Promise<Failure | null>;
  readonly log: Log;
};

export type Trouble = {
  readonly reason: ReloadReason;
  readonly words: string;
  /** What failed. */
  readonly held: Held;
  readonly inService: Refusal["inService"];
};

/** Failures that the config itself can be at fault for, and that can be asked about again within seconds. */
const askable: ReadonlySet<ReloadReason> = new Set(["validate_failed", "start_failed"]);

/** Looks for the policies that made a config fail; one search at a time, and a newer one ends the one before. */
export class Quarantine {
  readonly #options: QuarantineOptions;
  #current: object | null = null;

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  cancel(): void {
    this.#current = null;
  }

  /** Whether a search makes sense; then `onEnd` is called once, with null where nobody is found or it was called off. */
  begin(trouble: Trouble, onEnd: (asides: readonly Aside[] | null) => void): boolean {
    const { held, reason, words, inService } = trouble;
    if (held.compilation.policies.policies.length === 0) return false;
    if (reason === "breach") {
      const stalled = [...words.matchAll(/^policy (\S+): /gm)].flatMap(([, policy]) => policy ?? []);
      const asides = asidesOf(held, configPathsIn(words), stalled, words, inService);
      if (asides.length === 0) return false;
      queueMicrotask(() => this.#tell(asides, onEnd));
      return true;
    }
    if (!askable.has(reason)) return false;
    const own = {};
    this.#current = own;
    const isOff = (): boolean => this.#current !== own;
    const { compile, probe, log } = this.#options;
    const ask = (proposal: Proposal): Promise<Failure | null> => probe(proposal, reason !== "validate_failed");
    void findAsides({ held, words, inService, compile, probe: ask, isOff })
      .catch((error: unknown) => {
        log("error", "the search for the policy at fault failed", { words: String(error) });
        return null;
      })
      .then((asides) => this.#tell(isOff() ? null : asides, onEnd));
    return true;
  }

  #tell(asides: readonly Aside[] | null, onEnd: (asides: readonly Aside[] | null) => void): void {
    for (const { policy, found } of asides ?? [])
      this.#options.log("warn", "policy set aside", { policy, code: found.code, words: found.message });
    onEnd(asides);
  }
}

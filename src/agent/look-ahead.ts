import type { Aside } from "./aside.ts";
import { type CompileFiles, compileHolding, type GoodTexts, type Held } from "./hold-back.ts";
import { readSnapshot, type Snapshot } from "./snapshot.ts";

/** What a compilation is made of, beside what the compiler is told. */
type Inputs = { readonly snapshot: Snapshot; readonly good: GoodTexts; readonly asides: readonly Aside[] };

/** How long it took, in milliseconds. */
export type Compiled = { readonly held: Held; readonly compileMs: number };

type Ahead = { readonly inputs: Inputs; readonly compiled: Compiled };

/** Longer than it is waited for quiet, a compilation ahead would delay what it is to hasten. */
const longestMs = 50;

/**
 * After the first hint it is waited for quiet before policies are read, for a hint may come of half a file. The compiler
 * need not wait: what it makes of them at the first hint is what counts, if they still say the same once it is quiet.
 */
export class LookAhead {
  readonly #paths: readonly string[];
  readonly #compile: CompileFiles;
  #ahead: Ahead | null = null;
  #lastMs = 0;

  constructor(paths: readonly string[], compile: CompileFiles) {
    this.#paths = paths;
    this.#compile = compile;
  }

  /** Compiles what is there now, unless `isNeedless`. Never rejects: what cannot be compiled is found out again. */
  async look(beside: Omit<Inputs, "snapshot">, isNeedless: (snapshot: Snapshot) => boolean): Promise<void> {
    if (this.#lastMs > longestMs) return;
    const snapshot = await readSnapshot(this.#paths);
    if (isNeedless(snapshot)) return;
    const inputs = { ...beside, snapshot };
    try {
      this.#ahead = { inputs, compiled: this.#compiled(inputs) };
    } catch {
      this.#ahead = null; // a bug of the compiler, and told as one when it is met again
    }
  }

  /** What the compiler makes of these, now or a moment ago. Throws where the compiler does. */
  compiled(inputs: Inputs): Compiled {
    const ahead = this.#ahead;
    this.#ahead = null;
    return ahead !== null && isSame(ahead.inputs, inputs) ? ahead.compiled : this.#compiled(inputs);
  }

  /** What the compiler is told beside the policies has changed. */
  forget(): void {
    this.#ahead = null;
  }

  #compiled({ snapshot, good, asides }: Inputs): Compiled {
    const began = performance.now();
    const held = compileHolding(snapshot, good, this.#compile, asides);
    this.#lastMs = performance.now() - began;
    return { held, compileMs: this.#lastMs };
  }
}

const isSame = (a: Inputs, b: Inputs): boolean =>
  a.snapshot.digest === b.snapshot.digest && a.good === b.good && a.asides === b.asides;

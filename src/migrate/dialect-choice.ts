import type { Dialect } from "../policy/types.ts";
import { vocabulary } from "../policy/vocabulary.ts";
import { type Said, say } from "./say.ts";
import type { Cited, Sketch } from "./sketch.ts";
import type { Out } from "./yaml-out.ts";

/** Newest first. */
const newestFirst: readonly Dialect[] = ["gep4768", "agentic", "draft"];

export type Leaf = {
  /** `spec.tracing.samplingRate.numerator` */
  readonly path: string;
  readonly isExtension: boolean;
  readonly cites: readonly Cited<unknown>[];
};

/** Every value of a policy with its path, and whether its dialect has the field. */
export const leavesOf = (spec: Out, dialect: Dialect): readonly Leaf[] => {
  const found: Leaf[] = [];
  const walk = (out: Out, path: string, block: string, isExtension: boolean): void => {
    switch (out.kind) {
      case "value":
        found.push({ path, isExtension, cites: out.cites });
        return;
      case "list":
        for (const [index, item] of out.items.entries()) walk(item, `${path}[${index}]`, `${block}[]`, isExtension);
        return;
      case "map":
        for (const [key, child] of out.entries) {
          const own = vocabulary[dialect][block]?.own.includes(key) === true;
          const inner = block === "" ? key : `${block}.${key}`;
          walk(child, `${path}.${key}`, inner, isExtension || !own);
        }
    }
  };
  walk(spec, "spec", "", false);
  return found;
};

/** Where telemetry goes and how much of it outweigh a name. */
const weightOf = (cited: Cited<unknown>, { tracing }: Sketch): number =>
  cited === tracing?.provider || cited === tracing?.rate ? 2 : 1;

const cost = (sketch: Sketch, said: Said, dialect: Dialect): readonly [unsaid: number, extensions: number] => [
  said.unsaid
    .filter(({ why, cited }) => why !== "" && cited.otherwise === undefined)
    .reduce((sum, { cited }) => sum + weightOf(cited, sketch), 0),
  leavesOf(said.spec, dialect).filter(({ isExtension }) => isExtension).length,
];

/** The newest dialect that can say all of it; else the one that loses least, then needs fewest extensions. */
export const chosenDialect = (sketch: Sketch): Dialect => {
  let best: { dialect: Dialect; unsaid: number; extensions: number } | null = null;
  for (const dialect of newestFirst) {
    const [unsaid, extensions] = cost(sketch, say(sketch, dialect), dialect);
    if (best === null || unsaid < best.unsaid || (unsaid === best.unsaid && extensions < best.extensions))
      best = { dialect, unsaid, extensions };
  }
  return best?.dialect ?? "gep4768";
};

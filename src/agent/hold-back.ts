import { dirname } from "node:path";
import { by, byText } from "../base/order.ts";
import type { Compilation } from "../compile.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { PolicyId } from "../policy/types.ts";
import { type Aside, insteadOf, isStillAside } from "./aside.ts";
import type { StoredGeneration } from "./generations.ts";
import type { Snapshot } from "./snapshot.ts";

/** The last text of each policy file in which nothing was wrong. */
export type GoodTexts = ReadonlyMap<string, string>;

/** The compiler; `counts` leaves out policies. */
export type CompileFiles = (
  files: readonly SourceFile[],
  counts?: (file: string, policy: PolicyId) => boolean,
) => Compilation;

/** What is compiled instead of the snapshot's files, and what comes of it. */
export type Held = {
  readonly compilation: Compilation;
  /** Files whose newest text has errors or could not be read, and for which an older text stays in force. */
  readonly heldFiles: readonly string[];
  /** Of the newest texts, errors included: what the author should see. */
  readonly newest: Compilation;
  /** Every text that diagnostics may point into. */
  readonly sources: ReadonlyMap<string, string>;
  readonly good: GoodTexts;
  /** The texts that are compiled. */
  readonly files: readonly SourceFile[];
  /** Policies that the Collector refused, in texts that have not changed since. */
  readonly asides: readonly Aside[];
  /** Something of the newest input is not in force. */
  readonly isFlawed: boolean;
  /** Somebody went back to it: that it is what is meant is out of question. */
  readonly isPinned: boolean;
};

/** The file that each policy of what runs was read from. */
export const policyFiles = (held: Held | undefined): ReadonlyMap<PolicyId, SourceFile> => {
  const files = new Map(held?.files.map((file) => [file.path, file]));
  return new Map(
    held?.compilation.policies.policies.flatMap(({ id, span }) => {
      const file = files.get(span.file);
      return file === undefined ? [] : [[id, file] as const];
    }),
  );
};

/**
 * A broken edit must not take a policy out of service: for each file that has errors, or cannot be read, its last good
 * text stays in force, while other files apply. A file that is gone from a readable folder was deleted on purpose.
 */
export const compileHolding = (
  snapshot: Snapshot,
  good: GoodTexts,
  compile: CompileFiles,
  refused: readonly Aside[] = [],
): Held => {
  const present = new Set(snapshot.files.map(({ path }) => path));
  const unread = new Set(snapshot.unread);
  const kept = [...good]
    .filter(([path]) => !present.has(path) && (unread.has(path) || unread.has(dirname(path))))
    .map(([path, text]): SourceFile => ({ path, text }));
  const files = [...snapshot.files, ...kept].sort(by(({ path }) => path, byText));
  const newest = compile(files);

  const broken = brokenFiles(newest, present);
  const held = new Map(
    [...broken].flatMap((path): readonly (readonly [string, string])[] => {
      const text = good.get(path);
      return text === undefined ? [] : [[path, text]];
    }),
  );
  const inForce = files.map((file) => ({ path: file.path, text: held.get(file.path) ?? file.text }));
  const texts = new Map(inForce.map(({ path, text }) => [path, text]));
  const asides = refused.filter((aside) => isStillAside(aside, texts));
  const instead = insteadOf(asides);
  const compiled = [...inForce, ...instead.files].sort(by(({ path }) => path, byText));
  const compilation =
    held.size === 0 && asides.length === 0
      ? newest
      : compile(compiled, asides.length === 0 ? undefined : instead.counts);
  return {
    compilation,
    files: compiled,
    asides,
    heldFiles: [...kept.map(({ path }) => path), ...held.keys()].sort(byText),
    newest,
    sources: new Map([...compiled, ...files].map(({ path, text }) => [path, text])),
    good: new Map([
      ...kept.map(({ path, text }): [string, string] => [path, text]),
      ...snapshot.files.flatMap(({ path, text }): [string, string][] => {
        const inForce = broken.has(path) ? good.get(path) : text;
        return inForce === undefined ? [] : [[path, inForce]];
      }),
    ]),
    isFlawed: asides.length > 0 || broken.size > 0 || snapshot.unread.length > 0 || newest.diagnostics.some(isFlaw),
    isPinned: false,
  };
};

/** The policies of a former generation, as they counted then. What the files say now is remembered for when they count again. */
export const holdGeneration = ({ files, policies }: StoredGeneration, good: GoodTexts, compile: CompileFiles): Held => {
  const counted = new Set(policies.map(([file, policy]) => `${file}\0${policy}`));
  const compilation = compile(files, (file, policy) => counted.has(`${file}\0${policy}`));
  return {
    compilation,
    newest: compilation,
    heldFiles: [],
    sources: new Map(files.map(({ path, text }) => [path, text])),
    good,
    files,
    asides: [],
    isFlawed: false,
    isPinned: true,
  };
};

/** TP3xxx tells who of several sound policies governs a target; that is an answer, not a broken file. */
const isFlaw = ({ code, severity }: Diagnostic): boolean => severity === "error" && !code.startsWith("TP3");

const brokenFiles = (compilation: Compilation, present: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    [
      ...compilation.policies.rejected.map(({ span }) => span.file),
      ...compilation.diagnostics.filter(isFlaw).map(({ at }) => at?.file ?? ""),
    ].filter((path) => present.has(path)),
  );

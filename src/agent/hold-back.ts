import { dirname } from "node:path";
import { by, byText } from "../base/order.ts";
import type { Compilation } from "../compile.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { Snapshot } from "./snapshot.ts";

/** The last text of each policy file in which nothing was wrong. */
export type GoodTexts = ReadonlyMap<string, string>;

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
  /** Something of the newest input is not in force. */
  readonly isFlawed: boolean;
};

/**
 * A broken edit must not take a policy out of service: for each file that has errors, or cannot be read, its last good
 * text stays in force, while other files apply. A file that is gone from a readable folder was deleted on purpose.
 */
export const compileHolding = (
  snapshot: Snapshot,
  good: GoodTexts,
  compile: (files: readonly SourceFile[]) => Compilation,
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
  const compilation =
    held.size === 0
      ? newest
      : compile(files.map((file) => ({ path: file.path, text: held.get(file.path) ?? file.text })));
  return {
    compilation,
    heldFiles: [...kept.map(({ path }) => path), ...held.keys()].sort(byText),
    newest,
    sources: new Map(files.map(({ path, text }) => [path, text])),
    good: new Map([
      ...kept.map(({ path, text }): [string, string] => [path, text]),
      ...snapshot.files.flatMap(({ path, text }): [string, string][] => {
        const inForce = broken.has(path) ? good.get(path) : text;
        return inForce === undefined ? [] : [[path, inForce]];
      }),
    ]),
    isFlawed: broken.size > 0 || snapshot.unread.length > 0 || newest.diagnostics.some(isFlaw),
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

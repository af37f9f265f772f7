import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { PolicyId } from "../policy/types.ts";

/** A policy that the Collector refuses, alone or together with others. */
export type Aside = {
  readonly policy: PolicyId;
  readonly file: string;
  /** Files of all that are refused together, and their texts: while these stay, so does the refusal. */
  readonly texts: ReadonlyMap<string, string>;
  /** A text in which the policy was in service; it stays in force instead. */
  readonly before: SourceFile | null;
  readonly found: Diagnostic;
};

export const isStillAside = ({ texts }: Aside, now: ReadonlyMap<string, string>): boolean =>
  [...texts].every(([path, text]) => now.get(path) === text);

const mark = " (in service)";

/** Under which name a former text of a file is compiled beside its newest. */
const nameBefore = (file: string): string => (file.endsWith(mark) ? file : `${file}${mark}`);

/** Former texts to compile as well, and which policy of which file counts: of a former text those alone that are set aside. */
export const insteadOf = (
  asides: readonly Aside[],
): { readonly files: readonly SourceFile[]; readonly counts: (file: string, policy: PolicyId) => boolean } => {
  const out = new Set(asides.map(({ file, policy }) => `${file}\0${policy}`));
  const files = new Map<string, SourceFile>();
  const instead = new Map<string, Set<PolicyId>>();
  for (const { policy, before } of asides) {
    if (before === null) continue;
    const path = freeName(nameBefore(before.path), before.text, files);
    files.set(path, { path, text: before.text });
    instead.set(path, (instead.get(path) ?? new Set()).add(policy));
  }
  return {
    files: [...files.values()],
    counts: (file, policy) => !out.has(`${file}\0${policy}`) && (instead.get(file)?.has(policy) ?? true),
  };
};

/** Two policies of one file can have been in service in different texts of it. */
const freeName = (name: string, text: string, taken: ReadonlyMap<string, SourceFile>): string => {
  const there = taken.get(name);
  return there === undefined || there.text === text ? name : freeName(`${name}'`, text, taken);
};

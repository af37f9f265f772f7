import { configPathsIn } from "../collector/validate.ts";
import type { Compilation } from "../compile.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { PolicyId } from "../policy/types.ts";
import { type Aside, insteadOf } from "./aside.ts";
import { type Blame, blamed } from "./blame.ts";
import { removals } from "./culprits.ts";
import type { Failure } from "./failure.ts";
import type { CompileFiles, Held } from "./hold-back.ts";
import type { Proposal } from "./machine.ts";
import { proposalOf } from "./proposal.ts";

/** Beyond this it is no longer a matter of seconds; the generation before serves on. */
const maxAsked = 120;

export type Refusal = {
  /** What was refused. */
  readonly held: Held;
  /** The Collector's words, each line beginning with the config path it names, if any. */
  readonly words: string;
  /** For each policy that is in service: the file it is in, as compiled. */
  readonly inService: ReadonlyMap<PolicyId, SourceFile>;
  readonly compile: CompileFiles;
  /** Asks the Collector. Failures that are not the config's own end the search. */
  readonly probe: (proposal: Proposal) => Promise<Failure | null>;
  /** Something newer came, or the end. */
  readonly isOff: () => boolean;
};

/** The search cannot tell: it was called off, or the Collector cannot be asked. */
class Untold extends Error {
  override name = "Untold";
}

type Item = { readonly policy: PolicyId; readonly file: string };

/**
 * The policies to set aside so that the Collector accepts the rest: by the paths it names, then by halving. null: none
 * of them is at fault, or it cannot be told.
 */
export const findAsides = async (refusal: Refusal): Promise<readonly Aside[] | null> => {
  const { held, words, inService, isOff } = refusal;
  const { policies } = held.compilation.policies;
  const items: readonly Item[] = policies.map(({ id, span }) => ({ policy: id, file: span.file }));
  const texts = new Map(held.files.map(({ path, text }) => [path, text]));
  const named = blamedBy(held.compilation, words);
  const isNew = ({ policy, file }: Item): boolean => inService.get(policy)?.text !== texts.get(file);
  /** As it was in service, if it was and is another one now. */
  const before = (item: Item): SourceFile | null => (isNew(item) ? (inService.get(item.policy) ?? null) : null);
  const said = new Map<string, string>();
  const keyOf = (set: readonly Item[]): string => JSON.stringify(set);

  const refuses = async (set: readonly Item[]): Promise<boolean> => {
    if (isOff()) throw new Untold();
    const out = items
      .filter((item) => !set.includes(item))
      .map((item) => ({ ...item, before: before(item), texts: new Map(), found: noFinding }));
    const instead = insteadOf([...held.asides, ...out]);
    const { rendered } = refusal.compile(
      [...held.files.filter(isNoFormerText(held)), ...instead.files],
      instead.counts,
    );
    const proposal = proposalOf(rendered, true);
    const failed = proposal === null ? null : await refusal.probe(proposal);
    if (failed === null) return false;
    if (!failed.lasting) throw new Untold();
    said.set(keyOf(set), failed.found.message);
    return true;
  };

  try {
    const suspects = items.filter(({ policy, file }) =>
      named.some((one) => one.policy === policy && one.file === file),
    );
    const found = await removals({ items, suspects, refuses, weakest: (culprit) => weakest(culprit, isNew), maxAsked });
    return (
      found?.map(({ item, culprit }): Aside => {
        const own = said.get(keyOf(items.filter((other) => culprit.includes(other)))) ?? words;
        const at = named.find(({ policy, file }) => policy === item.policy && file === item.file)?.at;
        const place = policies.find(({ id, span }) => id === item.policy && span.file === item.file)?.span;
        const others = culprit.filter((other) => other !== item);
        return {
          ...item,
          texts: new Map(culprit.map(({ file }) => [file, texts.get(file) ?? ""])),
          before: before(item),
          found: diagnostic(
            "TP5018",
            { policy: item.policy, words: sentence(own), together: others.map(({ policy }) => policy) },
            at ?? place ?? null,
            {
              policy: item.policy,
              related: others.flatMap((other) => {
                const span = policies.find(
                  ({ id, span: { file } }) => id === other.policy && file === other.file,
                )?.span;
                return span === undefined ? [] : [{ span, message: `refused together with ${other.policy}` }];
              }),
            },
          ),
        };
      }) ?? null
    );
  } catch (error) {
    if (error instanceof Untold) return null;
    throw error;
  }
};

/** Sets aside what certain config paths lead to, where the Collector cannot be asked again: what it did was seen in service. */
export const asidesOf = (
  held: Held,
  paths: readonly string[],
  named: readonly PolicyId[],
  words: string,
  inService: Refusal["inService"],
): readonly Aside[] => {
  const texts = new Map(held.files.map(({ path, text }) => [path, text]));
  const blames = new Map(
    [
      ...paths.flatMap((path) => blamed(held.compilation, path)),
      ...held.compilation.policies.policies
        .filter(({ id }) => named.includes(id))
        .map(({ id, span }): Blame => ({ policy: id, file: span.file, at: span })),
    ].map((blame) => [`${blame.file}\0${blame.policy}`, blame]),
  );
  return [...blames.values()].map(({ policy, file, at }): Aside => {
    const former = inService.get(policy) ?? null;
    return {
      policy,
      file,
      texts: new Map([[file, texts.get(file) ?? ""]]),
      before: former !== null && former.text !== texts.get(file) ? former : null,
      found: diagnostic("TP5018", { policy, words: sentence(words), together: [] }, at, { policy }),
    };
  });
};

const noFinding = diagnostic("TP5010", { words: "" }, null);

/** Former texts are put in anew for each question. */
const isNoFormerText =
  ({ asides }: Held) =>
  ({ path }: SourceFile): boolean =>
    !insteadOf(asides).files.some((file) => file.path === path);

const blamedBy = (compilation: Compilation, words: string): readonly Blame[] =>
  configPathsIn(words).flatMap((path) => blamed(compilation, path));

/** What is in service stays; of several newcomers the one with the latest name goes, so that the same always goes. */
const weakest = (culprit: readonly Item[], isNew: (item: Item) => boolean): Item => {
  const candidates = culprit.some(isNew) ? culprit.filter(isNew) : culprit;
  return candidates.reduce((a, b) => (`${a.policy}\0${a.file}` >= `${b.policy}\0${b.file}` ? a : b));
};

/** Without our own introduction to the Collector's words. */
const sentence = (words: string): string => words.replace(/^the Collector refuses the rendered config: /, "");

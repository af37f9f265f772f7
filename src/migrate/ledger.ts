import type { YamlNode } from "../policy/yaml-node.ts";
import type { Manifest } from "./manifests.ts";
import type { Entry, FieldOutcome } from "./outcome.ts";
import { templatesIn } from "./templates.ts";
import { childrenOf, isLeaf, joined, leavesUnder } from "./tree.ts";

export type Note = {
  readonly outcome: FieldOutcome;
  readonly to?: string;
  readonly why?: string;
  readonly snippet?: string;
  /** The value may be a credential: it is never repeated. */
  readonly secret?: true;
  /** Holds only where nobody else has anything to say of the field. */
  readonly weak?: true;
};

/** What became of every field. A note on a block speaks for all of it, but for parts that have notes of their own. */
export type Ledger = {
  readonly note: (node: YamlNode | null, note: Note) => void;
  readonly has: (node: YamlNode) => boolean;
  /** One entry per note, and one for whatever nobody spoke of: nothing is ever left out. */
  readonly entries: (manifests: readonly Manifest[]) => readonly Entry[];
};

/** Notes of one fate on one field are one line of the report. */
const byOutcome = (all: readonly Note[]): readonly Note[] => {
  const strong = all.filter(({ weak }) => weak !== true);
  const notes = strong.length > 0 ? strong : all;
  return [...Map.groupBy(notes, ({ outcome }) => outcome).values()].map((alike) => {
    const said = (pick: (note: Note) => string | undefined, between: string): string | undefined => {
      const texts = [...new Set(alike.map(pick).flatMap((text) => (text === undefined ? [] : text.split(between))))];
      return texts.length === 0 ? undefined : texts.join(between);
    };
    const to = said((note) => note.to, ", ");
    const why = said((note) => note.why, "; ");
    const snippet = said((note) => note.snippet, "\n");
    return {
      outcome: alike[0]?.outcome ?? "lost",
      ...(to === undefined ? {} : { to }),
      ...(why === undefined ? {} : { why }),
      ...(snippet === undefined ? {} : { snippet }),
      ...(alike.some((note) => note.secret) ? { secret: true as const } : {}),
    };
  });
};

const unknown: Note = { outcome: "lost", why: "this tool knows no such field, so nothing of it was carried" };

export const newLedger = (): Ledger => {
  const notes = new Map<YamlNode, Note[]>();
  const entriesOf = ({ root, path, title, templates, misfits }: Manifest): readonly Entry[] => {
    const found: Entry[] = [];
    const misfitAt = (node: YamlNode) => misfits.find((misfit) => misfit.node === node) ?? null;
    const noted = (node: YamlNode): boolean =>
      notes.has(node) || misfitAt(node) !== null || childrenOf(node).some(([, child]) => noted(child));
    /** Not there for a reader: a template, or a value of another shape than its field has. */
    const isAbsent = (node: YamlNode): boolean => templatesIn(node, templates) !== null || misfitAt(node) !== null;
    const say = (node: YamlNode, at: string, note: Note, leaves: number): void => {
      const template = templatesIn(node, templates);
      const misfit = misfitAt(node);
      const isLost = template !== null || misfit !== null;
      const why =
        template === null
          ? misfit === null
            ? (note.why ?? null)
            : `not valid: ${misfit.is === "" ? "it" : misfit.is} ${misfit.problem}`
          : `its value is the template ${template}; render the chart first (helm template) and migrate what comes out`;
      found.push({
        object: title,
        path: at,
        span: node.span,
        value: note.secret === true ? null : (template ?? misfit?.is ?? shownValue(node, at)),
        leaves,
        outcome: isLost && note.outcome !== "unrelated" ? "lost" : note.outcome,
        to: isLost ? null : (note.to ?? null),
        why,
        snippet: note.snippet ?? null,
      });
    };
    const walk = (node: YamlNode, at: string, inherited: readonly Note[] | null): void => {
      const own = notes.get(node) ?? null;
      const current = own ?? inherited;
      if (own !== null) {
        const mine = isLeaf(node) ? 1 : countInherited(node);
        // Where every part has a note of its own, the block itself has nothing left to say. A value counts once.
        if (mine > 0) for (const [index, note] of byOutcome(own).entries()) say(node, at, note, index === 0 ? mine : 0);
      }
      if (own === null && inherited === null && !noted(node)) {
        say(node, at, unknown, leavesUnder(node));
        return;
      }
      // A template or misfit inside a block is not what the block became.
      if (own === null && isLeaf(node) && isAbsent(node)) say(node, at, unknown, 1);
      for (const [step, child] of childrenOf(node)) walk(child, joined(at, step), current);
    };
    const countInherited = (node: YamlNode): number =>
      isLeaf(node)
        ? notes.has(node) || !isAbsent(node)
          ? 1
          : 0
        : childrenOf(node).reduce((sum, [, child]) => sum + (notes.has(child) ? 0 : countInherited(child)), 0);
    walk(root, path, null);
    return found;
  };

  return {
    note: (node, note) => {
      if (node === null) return;
      const there = notes.get(node);
      if (there === undefined) notes.set(node, [note]);
      else if (!there.some((other) => other.outcome === note.outcome && other.to === note.to && other.why === note.why))
        there.push(note);
    },
    has: (node) => notes.has(node),
    entries: (manifests) => manifests.flatMap(entriesOf),
  };
};

/** A last name that credentials go by, or a value that looks like one. */
const secretName = /(?:authorization|api[-_]?key|secret|password|cookie|credentials?|(?:^|[-_.])token)"?$/i;
const secretText = /\b(?:bearer|basic)\s+\S|(?:authorization|api[-_]?key|token|password)\s*[=:]\s*\S/i;

const shownValue = (node: YamlNode, path: string): string | null => {
  if (node.kind !== "scalar") return null;
  if (typeof node.value === "string" && (secretName.test(path) || secretText.test(node.value))) return "(not shown)";
  const text = node.written ?? String(node.value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

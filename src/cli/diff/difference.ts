import { placeOf } from "../../diagnostics/format/text.ts";
import { spanOf } from "../../diagnostics/origin.ts";
import { diffEffective, type SettingChange, type TargetChange } from "../../plan/diff.ts";
import { lostState, type ReloadClass, reloadClass, reloadText } from "../../plan/reload-cost.ts";
import type { Compiled } from "../compiled.ts";
import type { Paint } from "../paint.ts";
import { columns } from "../wrap.ts";

type Sources = ReadonlyMap<string, string>;

/** What bringing `after` into the place of `before` does. */
export type Difference = {
  readonly targets: readonly TargetChange[];
  /** null: one of the two cannot be rendered. */
  readonly reload: ReloadClass | null;
  readonly lost: readonly string[];
  /** Texts in which places are looked up: the new ones first. */
  readonly sources: Sources;
  readonly oldSources: Sources;
};

export const differenceOf = (before: Compiled, after: Compiled): Difference => {
  const targets = diffEffective(before.compilation.effective, after.compilation.effective);
  const [old, now] = [before.compilation.rendered, after.compilation.rendered];
  const reload = old === null || now === null ? null : reloadClass(old, now);
  const lost = reload === null ? [] : lostState(reload, targets);
  return { targets, reload, lost, sources: after.sources, oldSources: before.sources };
};

export const isSame = ({ targets, reload }: Difference): boolean => targets.length === 0 && reload === "none";

/** For people. */
export const differenceText = (difference: Difference, style: Paint): string => {
  const { targets, reload, lost } = difference;
  if (isSame(difference)) return "no difference: the same targets, settings and rendered bytes\n";
  const blocks = targets.map((change) => targetText(change, difference, style));
  const cost = [
    ["reload", reload === null ? "not known: one side cannot be rendered" : `${reload}: ${reloadText[reload]}`],
    ...lost.map((sentence) => ["ends", sentence]),
  ];
  return `${[...blocks, columns(cost, 0)].join("\n\n")}\n`;
};

const targetText = (change: TargetChange, difference: Difference, { bold, green, red, dim }: Paint): string => {
  const { target, before, after, settings } = change;
  if (after === null)
    return `${red("-")} ${bold(target)}  no policy any more (was ${before}): the platform's default way`;
  if (before === null) return `${green("+")} ${bold(target)}  governed by ${after}; before, the platform's default way`;
  const by = before === after ? `policy ${after}` : `policy ${before} → ${after}`;
  if (settings.length === 0) return `${bold(target)}  ${by}\n  ${dim("with the same settings")}`;
  const rows = settings.map((setting) => rowOf(setting, difference));
  return `${bold(target)}  ${by}\n${painted(columns(rows), rows, { green, red })}`;
};

/** Signs are painted after the columns were measured. */
const painted = (
  text: string,
  rows: readonly (readonly string[])[],
  { green, red }: Pick<Paint, "green" | "red">,
): string =>
  text
    .split("\n")
    .map((line, at) => {
      const sign = rows[at]?.[0];
      return sign === "+" ? green(line) : sign === "-" ? red(line) : line;
    })
    .join("\n");

const rowOf = ({ path, before, after, origin }: SettingChange, { sources, oldSources }: Difference): string[] => {
  const sign = before === null ? "+" : after === null ? "-" : "~";
  const value = before === null ? after : after === null ? before : `${before} → ${after}`;
  const span = spanOf(origin);
  const where = span === null ? "default" : placeOf(span, after === null ? oldSources : sources);
  return [sign, path, value ?? "", where];
};

/** For programs. */
export const differenceJson = ({ targets, reload, lost, sources, oldSources }: Difference) => ({
  targets: targets.map(({ settings, ...change }) => ({
    ...change,
    settings: settings.map(({ path, before, after, origin }) => {
      const span = spanOf(origin);
      const at = span === null ? null : placeOf(span, after === null ? oldSources : sources);
      return { path, before, after, at };
    }),
  })),
  reload,
  ends: lost,
});

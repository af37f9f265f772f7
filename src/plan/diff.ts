import { byText } from "../base/order.ts";
import type { Origin } from "../diagnostics/origin.ts";
import type { PolicyId } from "../policy/types.ts";
import { type EffectivePolicy, targetKey } from "../resolve/types.ts";
import { type Setting, settingsOf } from "./settings.ts";

/** null on a side: the setting is not there. `origin` is that of the newer side that has it. */
export type SettingChange = {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly origin: Origin;
};

/** What becomes of a target's records. null on a side: no policy governs it there, and every setting comes or goes. */
export type TargetChange = {
  readonly target: string;
  readonly before: PolicyId | null;
  readonly after: PolicyId | null;
  readonly settings: readonly SettingChange[];
};

/** What differs in what is decided, whatever files, order and dialect it was written in; targets in order of their names. */
export const diffEffective = (
  before: readonly EffectivePolicy[],
  after: readonly EffectivePolicy[],
): readonly TargetChange[] => {
  const was = byTarget(before);
  const is = byTarget(after);
  return [...new Set([...was.keys(), ...is.keys()])].sort(byText).flatMap((target) => {
    const [old, now] = [was.get(target)?.policy, is.get(target)?.policy];
    const settings = diffSettings(
      old === undefined ? new Map() : settingsOf(old),
      now === undefined ? new Map() : settingsOf(now),
    );
    const isSame = old !== undefined && now !== undefined && old.id === now.id && settings.length === 0;
    return isSame ? [] : [{ target, before: old?.id ?? null, after: now?.id ?? null, settings }];
  });
};

const byTarget = (effective: readonly EffectivePolicy[]): ReadonlyMap<string, EffectivePolicy> =>
  new Map(effective.map((each) => [targetKey(each.target), each]));

const diffSettings = (
  before: ReadonlyMap<string, Setting>,
  after: ReadonlyMap<string, Setting>,
): readonly SettingChange[] =>
  [...new Set([...before.keys(), ...after.keys()])].sort(byText).flatMap((path) => {
    const [old, now] = [before.get(path), after.get(path)];
    const origin = (now ?? old)?.origin;
    if (origin === undefined || old?.text === now?.text) return [];
    return [{ path, before: old?.text ?? null, after: now?.text ?? null, origin }];
  });

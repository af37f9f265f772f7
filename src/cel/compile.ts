import { by, byNumber } from "../base/order.ts";
import type { Range } from "./ast.ts";
import { type AskableSignal, type Condition, isWithin, type Place, placesOf, sizesOf } from "./condition.ts";
import { compileCondition } from "./expression.ts";
import type { Finding } from "./finding.ts";
import { type Allowance, maxComparisons, maxSteps, newAllowance } from "./limits.ts";
import { parseCel } from "./parse.ts";
import { type Attribute, vocabulary } from "./vocabulary.ts";

export type Compiled = {
  /** null when a finding forbids it: nothing is ever decided by half an expression. */
  readonly condition: Condition | null;
  readonly findings: readonly Finding[];
};

const namesAt = (place: Place): readonly Attribute[] =>
  vocabulary.filter((attribute) => "place" in attribute && JSON.stringify(attribute.place) === JSON.stringify(place));

/** Names that records of this signal never carry. */
const namesMissingOn = (condition: Condition, signal: AskableSignal): readonly string[] =>
  placesOf(condition)
    .flatMap(namesAt)
    .filter((attribute) => "signals" in attribute && !attribute.signals.includes(signal))
    .map(({ name }) => name);

/** What an expression is compiled for. */
export type CompileFor = {
  readonly signal: AskableSignal;
  /** Headers whose values no policy may ask for. */
  readonly isSecret: (header: string) => boolean;
  /** What is left for this expression, and after it for the next of the policy; absent: it is the only one. */
  readonly allowance?: Allowance;
};

/** CEL text → three-valued condition, exact or refused. Total: whatever the text, it answers. */
export const compileCel = (text: string, { signal, isSecret, allowance = newAllowance() }: CompileFor): Compiled => {
  const parsed = parseCel(text);
  if (!parsed.ok) return { condition: null, findings: [parsed.problem] };
  // `c ? a : b` is looked at once for each branch.
  const findings = new Map<string, Finding>();
  const report = (finding: Finding): void => {
    findings.set(JSON.stringify(finding), finding);
  };
  const range: Range = { start: 0, end: text.length };
  const spend = (what: keyof Allowance, amount: number): boolean => {
    const enough = allowance[what] >= amount;
    allowance[what] = enough ? allowance[what] - amount : -1;
    if (!enough) report({ kind: "spent", what, range });
    return enough;
  };
  const condition = compileCondition(parsed.ast, { isSecret, variables: new Map(), report, spend });
  // Parts of a condition can be shared; walking them as often as they count takes forever.
  if (!isWithin(condition, maxSteps)) spend("steps", Infinity);
  if ([...findings.values()].some(({ kind }) => kind === "spent"))
    return { condition: null, findings: inOrder(findings.values()) };
  const { yes, no } = sizesOf(condition);
  const size = Math.max(yes, no);
  if (size > maxComparisons) report({ kind: "tooLarge", size, limit: maxComparisons, range });
  else spend("comparisons", size);
  for (const name of namesMissingOn(condition, signal))
    report({ kind: "refused", reason: `${name} is not part of ${signal}`, nearest: null, range });
  return { condition: findings.size > 0 ? null : condition, findings: inOrder(findings.values()) };
};

const inOrder = (findings: Iterable<Finding>): readonly Finding[] =>
  [...findings].sort(by(({ range: { start } }) => start, byNumber));

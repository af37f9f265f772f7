import { canonicalJson } from "../base/canonical.ts";
import { by, byNumber, byText, chain } from "../base/order.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { meaningOf } from "./meaning.ts";
import type { ReadPolicy } from "./policy.ts";
import type { PolicySet, Target, TelemetryPolicy } from "./types.ts";

type Settled = {
  readonly policies: readonly TelemetryPolicy[];
  readonly rejected: PolicySet["rejected"];
  readonly findings: readonly Diagnostic[];
};

/**
 * An id names one policy. The same content twice (one folder mounted twice) is applied once; different content under
 * one name leaves all copies out, because the order of files never decides. Results are in order of id.
 */
export const settleRepeats = (read: readonly ReadPolicy[]): Settled => {
  const policies: TelemetryPolicy[] = [];
  const rejected: PolicySet["rejected"][number][] = [];
  const findings: Diagnostic[] = [];
  const named = read.flatMap((policy) => (policy.id === null ? [] : [{ ...policy, id: policy.id }]));
  const groups = Map.groupBy(named, ({ id }) => id);
  for (const id of [...groups.keys()].sort(byText)) {
    const copies = (groups.get(id) ?? []).toSorted(
      chain(
        by(({ span }) => span.file, byText),
        by(({ span }) => span.start, byNumber),
      ),
    );
    const [first, ...others] = copies;
    if (first === undefined) continue;
    const { span } = first;
    const meanings = new Set(copies.map(({ policy }) => (policy === null ? null : canonicalJson(meaningOf(policy)))));
    const same = meanings.size === 1;
    for (const copy of others) {
      const related = [{ span, message: "first defined here" }];
      // Copies that are broken alike have errors enough of their own.
      if (same && first.policy === null) continue;
      findings.push(diagnostic(same ? "TP2011" : "TP2010", { policy: id }, copy.span, { related, policy: id }));
    }
    if (same && first.policy !== null) policies.push(first.policy);
    else rejected.push({ id, generation: newest(copies), targets: allTargets(copies), span });
  }
  return { policies, rejected, findings };
};

/** Over all copies, so that their order means nothing. */
const newest = (copies: readonly ReadPolicy[]): number | null => {
  const numbers = copies.flatMap(({ generation }) => (generation === null ? [] : [generation]));
  return numbers.length === 0 ? null : Math.max(...numbers);
};

const allTargets = (copies: readonly ReadPolicy[]): readonly Target[] => {
  const byKey = new Map(copies.flatMap(({ targets }) => targets.map((target) => [canonicalJson(target), target])));
  return [...byKey.keys()].sort(byText).flatMap((key) => byKey.get(key) ?? []);
};

import { names } from "../dataplane/identity.ts";
import type { DataPlaneProfile, Signal } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Span } from "../diagnostics/source.ts";
import type { Target, TelemetryPolicy } from "../policy/types.ts";

/**
 * Signals of a target that none of the chosen data planes can name: the policy would never take hold of them, and
 * nothing would show it.
 */
export const untold = (
  target: Target,
  at: Span | null,
  policy: TelemetryPolicy,
  signals: readonly Signal[],
  profiles: readonly DataPlaneProfile[],
): readonly Diagnostic[] => {
  if (profiles.length === 0) return [];
  const lost = signals.filter((signal) => profiles.every((profile) => !names(profile, signal, target.kind)));
  const [first] = lost;
  if (first === undefined) return [];
  const titles = profiles.map(({ title }) => title).join(", ");
  const known = profiles.map(({ untold: of }) => of?.[first]).find((text) => text !== undefined);
  const { reason, remedy } =
    target.kind === "Gateway" && known !== undefined
      ? known
      : {
          reason: `${titles} does not say which ${target.kind} its telemetry belongs to`,
          remedy: "choose the data plane that serves this target with --data-plane, or add otlp and set its keys",
        };
  const field = `${lost.length === 3 ? "every signal" : lost.join(" and ")} of ${target.kind} ${target.kind === "Gateway" ? `${target.namespace}/` : ""}${target.name}`;
  return [diagnostic("TP4001", { field, reason, remedy }, at, { policy: policy.id })];
};

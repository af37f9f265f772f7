import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { spanOf } from "../diagnostics/origin.ts";
import type { Plan, SinkId } from "../plan/types.ts";
import type { BaseConfig } from "./base-config.ts";
import { entryGroups } from "./entries.ts";

/** Sinks that this Collector has no exporter for, with a finding for each policy that wanted one. */
export const unavailableSinks = (
  plan: Plan,
  components: ReadonlySet<string> | null,
  redirect: string | null,
): readonly { readonly sink: SinkId; readonly finding: Diagnostic }[] => {
  if (components === null || redirect !== null) return [];
  if (components.has("prometheus_remote_write") || components.has("prometheusremotewrite")) return [];
  return plan.sinks.flatMap((sink) => {
    if (sink.kind !== "remoteWrite") return [];
    const classes = plan.classes.filter(({ stages }) =>
      stages.some((stage) => (stage.kind === "derive" || stage.kind === "export") && stage.sinks.includes(sink.id)),
    );
    const ids = new Set(classes.map(({ id }) => id));
    const policies = new Set(
      plan.rows.filter(({ classes: of }) => Object.values(of).some((id) => ids.has(id))).map(({ policy }) => policy),
    );
    const args = { component: "prometheus_remote_write exporter", needs: "metrics.provider.endpoint" };
    return [...policies].map((policy) => ({
      sink: sink.id,
      finding: diagnostic("TP4002", args, spanOf(sink.origin), { policy }),
    }));
  });
};

/** Signals that policies govern but that no receiver of the base config brings. */
export const unreceived = (plan: Plan, base: BaseConfig): readonly Diagnostic[] =>
  (["traces", "metrics", "logs"] as const)
    .filter(
      (signal) =>
        plan.classes.some((policyClass) => policyClass.signal === signal) && entryGroups(base, signal).length === 0,
    )
    .map((signal) => diagnostic("TP4012", { receiver: signal }, null));

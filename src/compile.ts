import { chosenProfiles } from "./dataplane/profiles.ts";
import type { Diagnostic } from "./diagnostics/diagnostic.ts";
import { outcome } from "./diagnostics/outcome.ts";
import type { SourceFile } from "./diagnostics/source.ts";
import { fullDimensions, unenforcedLimits } from "./plan/caps.ts";
import { draftsFor } from "./plan/drafts.ts";
import { pricesOf } from "./plan/gen-ai-prices.ts";
import { buildPlan } from "./plan/plan.ts";
import type { Plan, SeenValues } from "./plan/types.ts";
import { readPolicies } from "./policy/read.ts";
import type { PolicySet } from "./policy/types.ts";
import { render } from "./render/render.ts";
import type { Rendered } from "./render/types.ts";
import { weigher } from "./render/weigh.ts";
import { type NamespaceBudgets, targetsOf, withinBudgets } from "./resolve/budgets.ts";
import { onNode, statusOnNode } from "./resolve/elsewhere.ts";
import { resolve } from "./resolve/resolve.ts";
import { statusOf } from "./resolve/status.ts";
import type { EffectivePolicy, PolicyStatus } from "./resolve/types.ts";

/** What the caller knows about the platform. Everything is data: the compiler reads no file, clock or environment. */
export type CompileOptions = {
  /** Names of data-plane profiles, in the order of `dataplane/profiles.ts`. */
  readonly dataPlanes: readonly string[];
  /** Policies in this namespace may target other namespaces; null: none may. */
  readonly rootNamespace: string | null;
  readonly allowEndpoints: readonly string[];
  /** The platform's own Collector config. */
  readonly base: SourceFile;
  readonly topology: "handover" | "single";
  /** Version and component types of the Collector that will run it; null when none was asked. */
  readonly collector: { readonly version: string; readonly components: ReadonlySet<string> } | null;
  /** ingest is run by another Collector, which nobody asked: it is rendered as without one. */
  readonly ingestApart?: boolean;
  /** Namespaces that can have telemetry where this is run; policies of others are left to those that have them. Absent: all. */
  readonly namespaces?: ReadonlySet<string> | null;
  /** URL of a sink that stands in for every provider endpoint (`dev`); null: providers as written. */
  readonly redirectSinks: string | null;
  /** The platform's own prices of models, which go before those that come with the tool. */
  readonly prices?: SourceFile | null;
  /** Values that dimensions had so far; only where there are as many as may be do they change what is rendered. */
  readonly seen?: readonly SeenValues[];
  /** Whether a policy of a file counts: the agent leaves out what the Collector refuses. Absent: all do. */
  readonly counts?: (file: string, policy: string) => boolean;
  /** What the policies of one namespace may add together. Absent: as much as they like. */
  readonly budgets?: NamespaceBudgets;
};

export type Compilation = {
  readonly policies: PolicySet;
  readonly effective: readonly EffectivePolicy[];
  readonly plan: Plan;
  /** null only when the base config itself is unusable. */
  readonly rendered: Rendered | null;
  readonly status: readonly PolicyStatus[];
  readonly diagnostics: readonly Diagnostic[];
};

/** The whole compiler: files and options in, configs and findings out. Total: it never throws for input. */
export const compile = (files: readonly SourceFile[], options: CompileOptions): Compilation => {
  const read = readPolicies(files, {
    allowEndpoints: options.allowEndpoints,
    rootNamespace: options.rootNamespace,
    ...(options.counts === undefined ? {} : { counts: options.counts }),
  });
  const sources = new Map(files.map(({ path, text }) => [path, text]));
  const prices = options.prices === undefined || options.prices === null ? null : pricesOf(options.prices);
  const profiles = chosenProfiles(options.dataPlanes);
  const draftsOf = draftsFor(profiles, sources);
  const weigh = weigher(profiles, prices?.value ?? null);
  const fitting =
    options.budgets === undefined
      ? outcome(read.value.policies, [])
      : withinBudgets(read.value, {
          budgets: options.budgets,
          rootNamespace: options.rootNamespace,
          costOf: (policy) =>
            weigh(
              policy.id,
              targetsOf(policy).map((target) => ({ target, drafts: draftsOf(policy, target.kind) })),
            ),
        });
  const resolved = resolve({ ...read.value, policies: fitting.value }, { rootNamespace: options.rootNamespace });
  const namespaces = options.namespaces ?? null;
  const here = namespaces === null ? resolved.value : onNode(resolved.value, namespaces);
  const planned = buildPlan(here, options.dataPlanes, sources, prices?.value ?? null, draftsOf);
  const seen = options.seen ?? [];
  const rendered = render({ ...planned.value, full: fullDimensions(planned.value.caps ?? [], seen) }, options);
  const diagnostics = [
    ...read.diagnostics,
    ...fitting.diagnostics,
    ...resolved.diagnostics,
    ...(prices?.diagnostics ?? []),
    ...planned.diagnostics,
    ...(options.topology === "single"
      ? unenforcedLimits([...new Set(resolved.value.map(({ policy }) => policy))], planned.value.caps ?? [])
      : []),
    ...rendered.diagnostics,
  ];
  const status = statusOf(read.value, resolved.value, diagnostics);
  return {
    policies: read.value,
    effective: resolved.value,
    plan: planned.value,
    rendered: rendered.value,
    status: namespaces === null ? status : statusOnNode(status, namespaces),
    diagnostics,
  };
};

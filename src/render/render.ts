import { sha256 } from "../base/canonical.ts";
import { hasErrors } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { Plan } from "../plan/types.ts";
import { unavailableSinks, unreceived } from "./availability.ts";
import { readBaseConfig } from "./base-config.ts";
import { checkComponents } from "./check-components.ts";
import { checkGraph } from "./check-graph.ts";
import { renderCore } from "./core.ts";
import { emitYaml } from "./emit.ts";
import { renderIngest } from "./ingest.ts";
import { renderSingle } from "./single.ts";
import { writesLines } from "./stdout-end.ts";
import { type Tree, untrace } from "./tree.ts";
import type { CollectorConfig, Rendered, RenderedPart } from "./types.ts";

export type RenderOptions = {
  readonly base: SourceFile;
  readonly topology: "handover" | "single";
  readonly collector: { readonly version: string; readonly components: ReadonlySet<string> } | null;
  /** ingest is run by another Collector, which nobody asked. */
  readonly ingestApart?: boolean;
  readonly redirectSinks: string | null;
};

const part = (tree: Tree): RenderedPart => {
  const { json, sourceMap } = untrace(tree, { kind: "agent", why: "the pipelines' own structure" });
  const config = json as CollectorConfig;
  return { config, yaml: emitYaml(config), sourceMap };
};

/** Plan → Collector configs. Equal plans and bases give equal bytes. null when the base config itself cannot be used. */
export const render = (plan: Plan, options: RenderOptions): Outcome<Rendered | null> => {
  const { value: base, diagnostics } = readBaseConfig(options.base);
  if (base === null) return outcome(null, diagnostics);
  const components = options.collector?.components ?? null;
  const unavailable = unavailableSinks(plan, components, options.redirectSinks);
  const backends = { redirect: options.redirectSinks, unavailable: new Set(unavailable.map(({ sink }) => sink)) };
  const isApart = options.ingestApart ?? false;
  const ofIngest = isApart ? null : components;
  const core = part(
    options.topology === "single"
      ? renderSingle(plan, base, components, backends)
      : renderCore(plan, base, components, backends, writesLines(ofIngest)),
  );
  const ingest = options.topology === "single" ? null : part(renderIngest(base, ofIngest));
  const found = [
    ...diagnostics,
    ...unavailable.map(({ finding }) => finding),
    ...unreceived(plan, base),
    ...checkGraph(core.config, plan),
    ...(options.collector === null
      ? []
      : [core, ...(ingest === null || isApart ? [] : [ingest])].flatMap(({ config }) =>
          checkComponents(config, options.collector),
        )),
  ];
  // A backend that cannot be reached costs its own policies only; anything else would not start.
  if (hasErrors(found.filter(({ policy }) => policy === null))) return outcome(null, found);
  return outcome(
    { ingest, core, digest: sha256(core.yaml), ingestDigest: ingest === null ? null : sha256(ingest.yaml) },
    found,
  );
};

import type { Json } from "../base/canonical.ts";
import { patternsOf } from "../cel/condition.ts";
import { regexSize } from "../cel/regex-size.ts";
import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { callHeaders } from "../genai/aliases.ts";
import { draftHeaders } from "../genai/draft-headers.ts";
import type { PriceTable } from "../genai/price-table.ts";
import type { Drafts } from "../plan/drafts.ts";
import { pricesOfPlan } from "../plan/gen-ai-prices.ts";
import type { ClassId, Plan, PolicyClass, Sink, TargetRow } from "../plan/types.ts";
import { type Assembly, newAssembly } from "./assembly.ts";
import { addClass } from "./class-pipelines.ts";
import { identifyGroups } from "./identify.ts";
import { componentNames } from "./names.ts";
import { normaliseGroups } from "./normalise.ts";
import { addBackend } from "./sink-exporters.ts";
import { type Tree, untrace } from "./tree.ts";

type Target = TargetRow["target"];

export type Weight = { readonly statements: number; readonly "config-bytes": number; readonly regex: number };

/** What one target asks for, per signal. */
export type Asked = { readonly target: Target; readonly drafts: Drafts };

export type Load = {
  readonly own: Weight;
  /** Parts that others may ask for as well: rendered once, whoever asks first. By name. */
  readonly shared: ReadonlyMap<string, Weight>;
};

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** Lists and fields whose texts are statements or conditions of OTTL. */
const isOttl = (key: string): boolean => /(?:statements|conditions?|^span)$/.test(key);

const statementsIn = (json: Json, key = ""): number => {
  if (typeof json === "string") return isOttl(key) ? 1 : 0;
  if (typeof json !== "object" || json === null) return 0;
  const inner: readonly (readonly [string, Json | undefined])[] = Array.isArray(json)
    ? json.map((item: Json) => [key, item] as const)
    : Object.entries(json);
  return inner.reduce((sum, [name, item]) => sum + (item === undefined ? 0 : statementsIn(item, name)), 0);
};

const weightOf = (tree: Tree): Weight => {
  const { json } = untrace(tree, { kind: "agent", why: "weighed" });
  return { statements: statementsIn(json), "config-bytes": byteLength(JSON.stringify(json)), regex: 0 };
};

const partsOf = ({ sections, pipelines }: Assembly): Tree => ({
  ...Object.fromEntries(Object.entries(sections).map(([name, parts]) => [name, Object.fromEntries(parts)])),
  pipelines: Object.fromEntries(pipelines),
});

/** `resource.attributes["otel_policy.row.…"]` twice, a code, and what is between them. */
const bytesOfLine = 160;
/** How a data plane's access logs are told from other lines in the router, at most. */
const bytesOfMark = 300;
/** How often row data that all targets of a class share may be written out in the class itself, at most. */
const writtenOut = 4;

const signals = ["traces", "metrics", "logs"] as const;

/**
 * What a policy adds to the core's config if it is established, from the policy alone: whatever others ask for, it
 * weighs the same. `asked` has each of its targets once. Its classes are rendered as they will be; data of targets counts as a readable line per target, the
 * longest form of a lookup. So the sum over policies is an upper bound, but for the padding of tables.
 */
export const weigher = (
  profiles: readonly DataPlaneProfile[],
  prices: PriceTable | null,
): ((policy: string, asked: readonly Asked[]) => Load) => {
  const empty: Plan = { profiles, rows: [], classes: [], sinks: [], headers: [] };
  const classes = new Map<ClassId, WeighedClass>();
  const headers = new Map<string, Weight>();
  const places = new Map<Target["kind"], Weight>();

  const classWeight = ({ id, draft }: Drafts[number]): WeighedClass => {
    const { signal, stages, passthrough, origin } = draft;
    const known =
      classes.get(id) ?? weighClass({ id, signal, stages, passthrough, origin }, draft.values, empty, prices);
    classes.set(id, known);
    return known;
  };
  const headerWeight = (name: string): Weight => {
    const bare = profiles.map((profile) => ({ ...profile, aliases: { traces: [], logs: [] } }));
    const plan: Plan = { ...empty, profiles: bare, headers: [name] };
    const known =
      headers.get(name) ??
      weightOf({ span: [...normaliseGroups(plan, "span")], log: [...normaliseGroups(plan, "log")] });
    headers.set(name, known);
    return known;
  };
  const placeWeight = (kind: Target["kind"]): Weight => {
    const known = places.get(kind) ?? weighPlace(kind, empty);
    places.set(kind, known);
    return known;
  };

  return (policy, asked) => {
    const shared = new Map<string, Weight>();
    const own: Weight[] = [];
    for (const { target, drafts } of asked) {
      for (const drafted of drafts) {
        const { draft, id } = drafted;
        const { needed, weight } = classWeight(drafted);
        shared.set(`class ${id}`, weight);
        for (const sink of draft.sinks) shared.set(`sink ${sink.id}`, sinkWeight(sink));
        for (const name of draft.headers) shared.set(`header ${name}`, headerWeight(name));
        const lengths = [...needed].map((field) => byteLength(draft.values[field]?.value ?? policy));
        own.push({
          statements: lengths.length,
          "config-bytes": lengths.reduce((sum, length) => sum + bytesOfLine + writtenOut * length, 0),
          regex: 0,
        });
      }
      const place = placeWeight(target.kind);
      const names = target.namespace.length + target.name.length;
      own.push({ ...place, "config-bytes": place["config-bytes"] + place.statements * names });
    }
    return { own: own.reduce(plus, nothing), shared };
  };
};

const nothing: Weight = { statements: 0, "config-bytes": 0, regex: 0 };

const plus = (a: Weight, b: Weight): Weight => ({
  statements: a.statements + b.statements,
  "config-bytes": a["config-bytes"] + b["config-bytes"],
  regex: a.regex + b.regex,
});

/** Its exporter, and what every exporter has beside: queue, retries, its place in pipelines. */
const sinkWeight = (sink: Sink): Weight => {
  if (sink.kind !== "otlp" && sink.kind !== "remoteWrite") return nothing;
  const assembly = newAssembly();
  addBackend(assembly, componentNames(null), sink, { redirect: null });
  const weight = weightOf(partsOf(assembly));
  return { ...weight, "config-bytes": weight["config-bytes"] + 3 * bytesOfLine };
};

type WeighedClass = { readonly weight: Weight; readonly needed: ReadonlySet<string> };

/** Two rows that have nothing in common, so that all row data is looked up. */
const weighClass = (
  policyClass: PolicyClass,
  values: TargetRow["values"],
  empty: Plan,
  prices: PriceTable | null,
): WeighedClass => {
  const row = (mark: string): TargetRow => ({
    target: { kind: "Gateway", namespace: mark, name: mark },
    policy: mark,
    classes: { [policyClass.signal]: policyClass.id },
    values: {
      ...Object.fromEntries(
        Object.entries(values).map(([field, { origin }]) => [field, { value: mark, origin }] as const),
      ),
      ...Object.fromEntries(
        ["policy", "gateway.name", "gateway.namespace", "namespace"].map((field) => [
          field,
          { value: mark, origin: policyClass.origin },
        ]),
      ),
    },
  });
  const rows = [row("0"), row("1")];
  const assembly = newAssembly();
  const needed = new Set<string>();
  // Canonical names are read once for all policies.
  const stages = policyClass.stages.filter(({ kind }) => kind !== "normalise");
  addClass(
    {
      assembly,
      // Every header that says something of a call: what one policy asks for is looked for in the calls of all.
      plan: { ...empty, rows, headers: [...draftHeaders, ...callHeaders], prices: pricesOfPlan([policyClass], prices) },
      policyClass: { ...policyClass, stages },
      context: ({ traces: "span", metrics: "datapoint", logs: "log" } as const)[policyClass.signal],
      rows: rows.map((one, index) => ({ code: String(index), row: one })),
      totalRows: rows.length,
      names: componentNames(null),
      flow: true,
      exportersOf: (sink) => [sink],
      needed,
    },
    "router",
  );
  const { statements, "config-bytes": bytes } = weightOf(partsOf(assembly));
  const patterns = stages.flatMap((stage) =>
    stage.kind === "keep" ? stage.when.anyOf.flatMap(({ when }) => (when === null ? [] : patternsOf(when))) : [],
  );
  return {
    needed,
    weight: {
      // And its line in the router.
      statements: statements + 1,
      "config-bytes": bytes + bytesOfLine + bytesOfMark * empty.profiles.length,
      regex: patterns.reduce((sum, pattern) => sum + regexSize(pattern), 0),
    },
  };
};

/** What it takes to know the records of one more target, of all signals. */
const weighPlace = (kind: Target["kind"], empty: Plan): Weight => {
  const of = (count: number): Weight => {
    const rows = Array.from({ length: count }, (_, index): TargetRow => {
      const target: Target = { kind, namespace: "", name: String(index) };
      return { target, policy: "", classes: { traces: "t", metrics: "m", logs: "l" }, values: {} };
    });
    return weightOf(signals.map((signal) => [...identifyGroups({ ...empty, rows }, signal)]));
  };
  const [one, two] = [of(1), of(2)];
  return {
    statements: two.statements - one.statements,
    "config-bytes": two["config-bytes"] - one["config-bytes"],
    regex: 0,
  };
};

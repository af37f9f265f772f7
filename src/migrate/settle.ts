import { by, byNumber, byText, chain } from "../base/order.ts";
import type { Target } from "../policy/types.ts";
import { isName } from "../policy/values/name.ts";
import type { Ledger } from "./ledger.ts";
import { type Cited, isEmpty, type Sketch } from "./sketch.ts";

export type Conflict = {
  readonly object: string;
  readonly other: string;
  readonly signal: string;
  readonly target: string;
  readonly at: Cited<unknown>;
};

const keyOf = ({ kind, namespace, name }: Target): string =>
  kind === "Gateway" ? `Gateway ${namespace}/${name}` : `Namespace ${name}`;

const signals = ["tracing", "metrics", "logs"] as const;

/** Every value of a sketch's block with its origin. */
export const citesIn = (value: unknown): readonly Cited<unknown>[] => {
  if (Array.isArray(value)) return value.flatMap(citesIn);
  if (typeof value !== "object" || value === null) return [];
  if ("node" in value && "how" in value) return [value as Cited<unknown>];
  return Object.values(value).flatMap(citesIn);
};

/** What `own` does not say is taken from `base`: a list that is there replaces the whole one. */
const inherited = (own: Sketch, base: Sketch): Sketch => {
  const merged: { -readonly [K in (typeof signals)[number]]?: Sketch[K] } = {};
  const over = <B extends object>(mine: B | undefined, theirs: B | undefined): B | undefined => {
    if (mine === undefined || theirs === undefined) return mine ?? theirs;
    const said = Object.fromEntries(
      Object.entries(mine).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
    );
    return { ...theirs, ...said } as B;
  };
  const tracing = over(own.tracing, base.tracing);
  const metrics = over(own.metrics, base.metrics);
  const logs = over(own.logs, base.logs);
  if (tracing !== undefined) merged.tracing = tracing;
  if (metrics !== undefined) merged.metrics = metrics;
  if (logs !== undefined) merged.logs = logs;
  return { ...own, ...merged };
};

/** Signals that `own` leaves open are taken from `base`. */
const joined = (own: Sketch, base: Sketch): Sketch => ({
  ...base,
  ...own,
  ...Object.fromEntries(
    signals.flatMap((signal) => (isOpen(own, signal) && base[signal] !== undefined ? [[signal, base[signal]]] : [])),
  ),
});

const isOpen = (sketch: Sketch, signal: (typeof signals)[number]): boolean =>
  sketch[signal] === undefined || isEmpty({ ...sketch, tracing: {}, metrics: {}, logs: {}, [signal]: sketch[signal] });

const inOrder = chain<Sketch>(
  by((sketch) => -(sketch.level ?? 0), byNumber),
  by((sketch) => (sketch.createdAt === null ? 1 : 0), byNumber),
  by((sketch) => sketch.createdAt ?? "", byText),
);

/**
 * One policy per target, as targets are governed. Settings of a mesh and its namespaces are inherited where the data
 * plane does so; manifests that each configure another signal become one policy; of two that configure the same signal
 * the more specific one wins, then the older, then the first.
 */
export const settle = (
  sketches: readonly Sketch[],
  ledger: Ledger,
): { readonly settled: readonly Sketch[]; readonly conflicts: readonly Conflict[] } => {
  const conflicts: Conflict[] = [];
  const placed = new Map<string, Sketch>();
  const open: Sketch[] = [];
  const drop = (loser: Sketch, winner: Sketch, signal: (typeof signals)[number], target: string): void => {
    const cites = citesIn(loser[signal]);
    const [first] = cites;
    if (first !== undefined)
      conflicts.push({
        object: loser.from,
        other: winner.from,
        signal: signal === "logs" ? "access logs" : signal,
        target,
        at: first,
      });
    for (const cited of cites)
      if (winner.keepsProvider !== true || cited !== loser.tracing?.provider)
        ledger.note(cited.node, {
          outcome: "lost",
          why: `${winner.from} configures ${signal === "logs" ? "access logs" : signal} of ${target}, and one policy governs it`,
        });
  };
  const ordered = sketches
    .map((sketch, index) => ({ sketch, index }))
    .sort((a, b) => inOrder(a.sketch, b.sketch) || a.index - b.index);
  const policies: Sketch[] = [];
  for (const { sketch } of ordered) {
    if (sketch.isPolicy === true) policies.push(sketch);
    if (isEmpty(sketch) && sketch.isPolicy !== true) {
      for (const { node, otherwise } of sketch.tracing?.propagation ?? [])
        ledger.note(node, {
          outcome: "dataPlane",
          why: "the proxy propagates; a Collector could not",
          ...(otherwise === undefined ? {} : { snippet: otherwise }),
        });
    }
    if (isEmpty(sketch) || sketch.isPolicy === true) continue;
    if (sketch.targets.length === 0) {
      open.push(sketch);
      continue;
    }
    for (const target of sketch.targets) {
      const key = keyOf(target.value);
      // In the target's own namespace, where a policy needs nobody's leave.
      const namespace = target.value.kind === "Namespace" ? target.value.name : target.value.namespace;
      const here: Sketch = { ...sketch, namespace, targets: [target] };
      const winner = placed.get(key);
      if (winner === undefined) {
        placed.set(key, here);
        continue;
      }
      if (winner.inherits === true && here.inherits === true && winner.level !== here.level) {
        placed.set(key, inherited(winner, here));
        continue;
      }
      const provider = here.tracing?.provider;
      const kept =
        winner.keepsProvider === true && winner.tracing !== undefined && provider !== undefined
          ? { ...winner, tracing: { provider, ...winner.tracing } }
          : winner;
      for (const signal of signals)
        if (!isOpen(winner, signal) && !isOpen(here, signal)) drop(here, winner, signal, key);
      placed.set(key, joined(kept, here));
    }
  }
  const settled = [...policies, ...gathered(withParents([...placed.values()], sketches)), ...joinedOpen(open, drop)];
  return { settled: named(settled), conflicts };
};

/** A Gateway's policy has the settings of its namespace and mesh, where the data plane inherits them. */
const withParents = (settled: readonly Sketch[], all: readonly Sketch[]): readonly Sketch[] => {
  const mesh = all.find((sketch) => sketch.inherits === true && sketch.level === 0);
  return settled.map((sketch) => {
    if (sketch.inherits !== true) return sketch;
    let result = sketch;
    if ((sketch.level ?? 0) === 2) {
      const parent = all.find(
        (other) =>
          other.inherits === true && other.level === 1 && !isEmpty(other) && other.namespace === sketch.namespace,
      );
      if (parent !== undefined) result = inherited(result, parent);
    }
    return mesh === undefined || mesh === sketch || sketch.level === 0 ? result : inherited(result, mesh);
  });
};

/** Equal settings of several targets are one policy again. */
const gathered = (settled: readonly Sketch[]): readonly Sketch[] => {
  const groups = new Map<string, Sketch>();
  for (const sketch of settled) {
    const key = `${sketch.namespace}/${sketch.name} ${signals
      .map((signal) =>
        citesIn(sketch[signal])
          .map(({ node }) => `${node.span.file}:${node.span.start}`)
          .join(","),
      )
      .join(" ")}`;
    const there = groups.get(key);
    if (there !== undefined && there.targets.length < 16)
      groups.set(key, { ...there, targets: [...there.targets, ...sketch.targets] });
    else groups.set(there === undefined ? key : `${key} ${groups.size}`, sketch);
  }
  return [...groups.values()];
};

/** Kong's plugins, say, without a target each have one policy's worth together. */
const joinedOpen = (
  open: readonly Sketch[],
  drop: (loser: Sketch, winner: Sketch, signal: (typeof signals)[number], target: string) => void,
): readonly Sketch[] => {
  const groups = new Map<string, Sketch>();
  for (const sketch of open) {
    const key = `${sketch.wanted ?? ""} ${sketch.namespace}`;
    const winner = groups.get(key);
    if (winner === undefined) {
      groups.set(key, sketch);
      continue;
    }
    const clash = signals.filter((signal) => !isOpen(winner, signal) && !isOpen(sketch, signal));
    if (clash.length > 0) for (const signal of clash) drop(sketch, winner, signal, sketch.wanted ?? "the same targets");
    groups.set(key, joined(winner, sketch));
  }
  return [...groups.values()];
};

/** Names within a namespace are unique: later ones of the same name get a number. */
const named = (sketches: readonly Sketch[]): readonly Sketch[] => {
  const taken = new Set<string>();
  return sketches.map((sketch) => {
    const own = isName(sketch.name, "subdomain") ? sketch.name : "migrated";
    let name = own;
    for (let next = 2; taken.has(`${sketch.namespace}/${name}`); next++) name = `${own}-${next}`;
    taken.add(`${sketch.namespace}/${name}`);
    return name === sketch.name ? sketch : { ...sketch, name };
  });
};

import type { DataPlaneProfile, IdentitySource, Signal } from "../dataplane/profile.ts";
import type { Plan } from "../plan/types.ts";
import { type CodedRow, codedRows, lookup, readableRows } from "./lookup.ts";
import { allOf, quoted, resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";

const isText = (key: string): string => `IsString(${resourceAttribute(key)})`;

/** True when the resource carries this source of identity at all: the first one present is the only one believed. */
const present = (source: IdentitySource): string => {
  switch (source.kind) {
    case "gatewayPair":
      return `${isText(source.name)} and ${isText(source.namespace)}`;
    case "gatewayJoined":
    case "namespace":
      return isText(source.key);
  }
};

type Sourced = { readonly profile: DataPlaneProfile; readonly source: IdentitySource };

const sourcesOf = (plan: Plan, signal: Signal, kind: "gateway" | "namespace"): readonly Sourced[] =>
  plan.profiles.flatMap((profile) =>
    profile.identify[signal]
      .filter((source) => (source.kind === "namespace") === (kind === "namespace"))
      .map((source) => ({ profile, source })),
  );

const target = resourceAttribute(stamps.target);
const via = resourceAttribute(stamps.via);

const matches = (source: IdentitySource, { row }: CodedRow): string => {
  const { name, namespace } = row.target;
  switch (source.kind) {
    case "gatewayPair":
      return `${resourceAttribute(source.name)} == ${quoted(name)} and ${resourceAttribute(source.namespace)} == ${quoted(namespace)}`;
    case "gatewayJoined":
      return `${resourceAttribute(source.key)} == ${quoted(source.form === "name.namespace" ? `${name}.${namespace}` : `${namespace}/${name}`)}`;
    case "namespace":
      return `${resourceAttribute(source.key)} == ${quoted(name)}`;
  }
};

/** What a source's text looks like in the index table; names are Kubernetes names, so the separators cannot occur in them. */
const tableKey = (source: IdentitySource, { row }: CodedRow): string => {
  const { name, namespace } = row.target;
  if (source.kind === "namespace") return name;
  return source.kind === "gatewayJoined" && source.form === "name.namespace"
    ? `${name}.${namespace}`
    : `${namespace}/${name}`;
};

const tableText = (source: IdentitySource): string =>
  source.kind === "gatewayPair"
    ? `Concat([${resourceAttribute(source.namespace)}, ${resourceAttribute(source.name)}], "/")`
    : resourceAttribute(source.key);

const readable = (sourced: Sourced, rows: readonly CodedRow[], guard: readonly string[]): readonly string[] =>
  rows.map(
    (row) =>
      `set(${target}, ${quoted(row.code)}) where ${allOf([`${target} == nil`, ...guard, present(sourced.source), matches(sourced.source, row)])}`,
  );

const indexed = (sourced: Sourced, rows: readonly CodedRow[], guard: readonly string[]): readonly string[] => {
  const width = rows[0]?.code.length ?? 1;
  const text = quoted(`|${rows.map((row) => `${tableKey(sourced.source, row)}=${row.code}|`).join("")}`);
  const key = 'resource.cache["key"]';
  const at = 'resource.cache["at"]';
  return [
    `set(${at}, -1)`,
    `set(${key}, ${tableText(sourced.source)}) where ${allOf([...guard, present(sourced.source)])}`,
    `set(${at}, Index(${text}, Concat(["|", ${key}, "="], ""))) where ${allOf([...guard, present(sourced.source)])}`,
    `set(${target}, Substring(${text}, ${at} + Len(${key}) + 2, ${width})) where ${target} == nil and ${at} >= 0`,
  ];
};

const none = (sources: readonly Sourced[]): readonly string[] =>
  sources.map(({ source }) => `not (${present(source)})`);

/**
 * Statements (resource context) that stamp the row code of the governed target, the profile that knew it and the class
 * of this signal. Gateways come before namespaces: the more specific policy governs. Nothing is written on a resource
 * that no policy governs.
 */
export const identifyStatements = (plan: Plan, signal: Signal): readonly string[] => {
  const rows = codedRows(plan.rows);
  const gateways = rows.filter(({ row }) => row.target.kind === "Gateway");
  const namespaces = rows.filter(({ row }) => row.target.kind === "Namespace");
  const statements: string[] = [];
  const form = (sourced: Sourced, some: readonly CodedRow[], guard: readonly string[]): void => {
    if (some.length === 0) return;
    statements.push(...(some.length <= readableRows ? readable : indexed)(sourced, some, guard));
    statements.push(`set(${via}, ${quoted(sourced.profile.name)}) where ${target} != nil and ${via} == nil`);
  };
  const gatewaySources = sourcesOf(plan, signal, "gateway");
  for (const [index, sourced] of gatewaySources.entries())
    form(sourced, gateways, none(gatewaySources.slice(0, index)));
  for (const sourced of sourcesOf(plan, signal, "namespace")) form(sourced, namespaces, []);
  const classed = rows.filter(({ row }) => row.classes[signal] !== undefined);
  if (classed.length === 0) return [];
  if (rows.length <= readableRows) {
    for (const { code, row } of classed) {
      statements.push(
        `set(${resourceAttribute(stamps.class)}, ${quoted(row.classes[signal] ?? "")}) where ${target} == ${quoted(code)}`,
      );
    }
    return statements;
  }
  // Rows without a class of this signal get a text that no route knows.
  const nothing = "-".repeat(classed[0]?.row.classes[signal]?.length ?? 1);
  statements.push(
    ...lookup(stamps.class, rows, (row) => row.classes[signal] ?? nothing, rows.length).map((line) =>
      line.includes(" where ") ? line : `${line} where ${target} != nil`,
    ),
  );
  return statements;
};

import type { DataPlaneProfile, IdentitySource, Signal } from "../dataplane/profile.ts";
import type { Plan } from "../plan/types.ts";
import { type Candidate, candidatesOf, type RecordSource } from "./candidates.ts";
import { type CodedRow, codedRows, lookup, readableRows } from "./lookup.ts";
import { allOf, anyOf, attribute, isOneOf, quoted, type RecordContext, resourceAttribute } from "./ottl.ts";
import { stamps } from "./stamps.ts";

const target = resourceAttribute(stamps.target);
const via = resourceAttribute(stamps.via);
const contextOf = { traces: "span", logs: "log", metrics: "datapoint" } as const;

const cell = (name: string): string => `resource.cache[${quoted(name)}]`;
/** Set once a source was believed outright; no later one of that kind of target is asked. */
const decidedOf = (kind: "Gateway" | "Namespace"): string => cell(`${kind}.decided`);

type Group = { readonly context: string; readonly statements: readonly string[] };

/** What a target of this row looks like in a form. Names are Kubernetes names, so the separators cannot occur in them. */
const written = (form: string, { row }: CodedRow): string =>
  form.replace(/\{(name|namespace)\}/g, (_, field: "name" | "namespace") => row.target[field]);

/** Code of the row whose text is in `key`: a line per row, or beyond what is readable one table. */
const search = (key: string, form: string, rows: readonly CodedRow[]): readonly string[] => {
  if (rows.length <= readableRows) {
    return rows.map(
      (row) => `set(${target}, ${quoted(row.code)}) where ${target} == nil and ${key} == ${quoted(written(form, row))}`,
    );
  }
  const width = rows[0]?.code.length ?? 1;
  const text = quoted(`|${rows.map((row) => `${written(form, row)}=${row.code}|`).join("")}`);
  const at = cell("at");
  return [
    `set(${at}, -1)`,
    `set(${at}, Index(${text}, Concat(["|", ${key}, "="], ""))) where ${target} == nil and ${key} != nil`,
    `set(${target}, Substring(${text}, ${at} + Len(${key}) + 2, ${width})) where ${target} == nil and ${at} >= 0`,
  ];
};

type Key = { readonly key: string; readonly present: string; readonly text: string };

/** Where a source's text is, once its records have been read. */
const keyOf = (candidate: Candidate): Key => {
  const { source } = candidate;
  const isText = (key: string): string => `IsString(${resourceAttribute(key)})`;
  switch (source.kind) {
    case "gatewayPair":
      return {
        key: candidate.id,
        present: `${isText(source.name)} and ${isText(source.namespace)}`,
        text: `Concat([${resourceAttribute(source.namespace)}, ${resourceAttribute(source.name)}], "/")`,
      };
    case "gatewayJoined":
    case "namespace":
      return { key: candidate.id, present: isText(source.key), text: resourceAttribute(source.key) };
    case "recordGateway":
    case "recordNamespace": {
      const path = resourceAttribute(stamps.said(candidate.id));
      return { key: candidate.id, present: `IsString(${path}) and ${path} != ""`, text: path };
    }
  }
};

/** Puts the text of the first source that is present into the cell of its form; sources that others share never stop the search. */
const gather = (
  candidates: readonly Candidate[],
  decided: string,
  slot: (candidate: Candidate) => string,
): readonly string[] =>
  candidates.flatMap((candidate) => {
    const { id, decisive } = candidate;
    const { present, text } = keyOf(candidate);
    const into = cell(slot(candidate));
    const by = decisive ? decided : cell(`${slot(candidate)}.by`);
    const open = decisive ? `${decided} == nil` : `${decided} == nil and ${into} == nil`;
    return [
      `set(${by}, ${quoted(id)}) where ${open} and ${present}`,
      `set(${into}, ${text}) where ${by} == ${quoted(id)}`,
    ];
  });

/** Which profile speaks in these records: the one whose source it was; where several share it, the one whose mark they bear. */
const told = (
  candidates: readonly Candidate[],
  byOf: (candidate: Candidate) => string,
  signal: Signal,
): readonly string[] => {
  const alike = Map.groupBy(candidates, ({ profiles }) => profiles.map(({ name }) => name).join(" "));
  return [...alike.values()].flatMap((group) => {
    const profiles = group[0]?.profiles ?? [];
    const by = anyOf(
      [...Map.groupBy(group, byOf)].map(([path, some]) =>
        isOneOf(
          path,
          some.map(({ id }) => id),
        ),
      ),
    );
    const here = allOf([`${target} != nil`, `${via} == nil`, by]);
    const marked = profiles.flatMap((profile) => {
      const mark = markOf(profile, signal);
      return profiles.length === 1 || mark === null
        ? []
        : [`set(${via}, ${quoted(profile.name)}) where ${here} and ${mark}`];
    });
    return [...marked, `set(${via}, ${quoted(profiles[0]?.name ?? "")}) where ${here}`];
  });
};

const markStamp = (profile: DataPlaneProfile): string => stamps.said(`is.${profile.name}`);

const markOf = ({ fingerprint, ...profile }: DataPlaneProfile, signal: Signal): string | null => {
  const parts = (fingerprint?.resource ?? []).map(({ key, is }) =>
    is === null ? `${resourceAttribute(key)} != nil` : `${resourceAttribute(key)} == ${quoted(is)}`,
  );
  if (fingerprint?.records?.[signal] !== undefined)
    parts.push(`${resourceAttribute(markStamp({ ...profile, fingerprint }))} != nil`);
  return parts.length === 0 ? null : `(${parts.join(" or ")})`;
};

/** What records say of their sender, put on the resource; where two of them disagree, "" says that nothing is known. */
const fromRecords = (context: RecordContext, source: RecordSource, id: string): readonly string[] => {
  const keys = source.keys.map((key) => attribute(context, key));
  const text = keys.length === 1 ? (keys[0] ?? "") : `Concat([${keys.join(", ")}], "/")`;
  const path = resourceAttribute(stamps.said(id));
  const speaks = [
    ...keys.map((key) => `IsString(${key})`),
    ...(source.where === undefined ? [] : [`${attribute(context, source.where.key)} == ${quoted(source.where.is)}`]),
  ].join(" and ");
  return [
    `set(${path}, "") where ${path} != nil and ${speaks} and ${path} != ${text}`,
    `set(${path}, ${text}) where ${path} == nil and ${speaks}`,
  ];
};

const isRecordSource = (source: IdentitySource): source is RecordSource =>
  source.kind === "recordGateway" || source.kind === "recordNamespace";

/** Statements of the record context, and the stamps they leave for the resource's own. */
const recordStatements = (
  candidates: readonly Candidate[],
  signal: Signal,
): { readonly statements: readonly string[]; readonly left: readonly string[] } => {
  const context = contextOf[signal];
  const statements: string[] = [];
  const left: string[] = [];
  for (const { source, id } of candidates) {
    if (!isRecordSource(source)) continue;
    statements.push(...fromRecords(context, source, id));
    left.push(stamps.said(id));
  }
  const shared = candidates.filter(({ profiles }) => profiles.length > 1).flatMap(({ profiles }) => profiles);
  for (const profile of new Set(shared)) {
    const keys = profile.fingerprint?.records?.[signal];
    if (keys === undefined) continue;
    const path = resourceAttribute(markStamp(profile));
    const bears = keys.map((key) => `${attribute(context, key)} != nil`).join(" or ");
    statements.push(`set(${path}, true) where ${path} == nil and (${bears})`);
    left.push(markStamp(profile));
  }
  return { statements, left };
};

/**
 * Statements that stamp the row code of the governed target, the profile that knew it and the class of this signal on
 * the resource. Gateways come before namespaces: the more specific policy governs. Nothing stays on a resource that no
 * policy governs.
 */
export const identifyGroups = (plan: Plan, signal: Signal): readonly Group[] => {
  const rows = codedRows(plan.rows);
  const classed = rows.filter(({ row }) => row.classes[signal] !== undefined);
  if (classed.length === 0) return [];
  const statements: string[] = [];
  const asked: Candidate[] = [];
  for (const kind of ["Gateway", "Namespace"] as const) {
    const some = rows.filter(({ row }) => row.target.kind === kind);
    const candidates = some.length === 0 ? [] : candidatesOf(plan.profiles, signal, kind);
    if (candidates.length === 0) continue;
    asked.push(...candidates);
    const forms = [...new Set(candidates.map(({ form }) => form))];
    const slot = (candidate: Candidate): string => `${kind}.${forms.indexOf(candidate.form)}`;
    statements.push(...gather(candidates, decidedOf(kind), slot));
    for (const [index, form] of forms.entries()) {
      statements.push(...search(cell(`${kind}.${index}`), form, some));
      const sources = candidates.filter((candidate) => candidate.form === form);
      const byOf = ({ decisive }: Candidate): string => (decisive ? decidedOf(kind) : cell(`${kind}.${index}.by`));
      statements.push(...told(sources, byOf, signal));
    }
  }
  const { statements: ofRecords, left } = recordStatements(asked, signal);
  for (const key of left) {
    const path = resourceAttribute(key);
    statements.push(`delete_key(resource.attributes, ${quoted(key)}) where ${path} != nil`);
  }
  statements.push(...classStatements(rows, classed, signal));
  return [
    ...(ofRecords.length === 0 ? [] : [{ context: contextOf[signal], statements: ofRecords }]),
    { context: "resource", statements },
  ];
};

const classStatements = (
  rows: readonly CodedRow[],
  classed: readonly CodedRow[],
  signal: Signal,
): readonly string[] => {
  if (rows.length <= readableRows) {
    return classed.map(
      ({ code, row }) =>
        `set(${resourceAttribute(stamps.class)}, ${quoted(row.classes[signal] ?? "")}) where ${target} == ${quoted(code)}`,
    );
  }
  // Rows without a class of this signal get a text that no route knows.
  const nothing = "-".repeat(classed[0]?.row.classes[signal]?.length ?? 1);
  return lookup(stamps.class, rows, (row) => row.classes[signal] ?? nothing, rows.length).map((line) =>
    line.includes(" where ") ? line : `${line} where ${target} != nil`,
  );
};

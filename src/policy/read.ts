import { byNumber, byText, type Comparator, chain } from "../base/order.ts";
import { didYouMean } from "../base/suggest.ts";
import { type Diagnostic, diagnostic, hasErrors } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import { contextKind, readContext } from "./context.ts";
import { dialectOf, dialects } from "./dialects/dialects.ts";
import { neighbourOf } from "./neighbours.ts";
import { childOf, entryOf, type KubernetesObject, objectsOf, textOf } from "./object.ts";
import { type ReadPolicy, readPolicy } from "./policy.ts";
import { settleRepeats } from "./repeats.ts";
import type { ContextObject, PolicyOptions, PolicySet } from "./types.ts";
import { defaultMaxBytes, parseYamlDocuments } from "./yaml.ts";

/**
 * Reads every file into one set. Total: whatever the texts are, it answers with what could be understood and a
 * diagnostic for the rest. A policy with an error is left out; its neighbours are unaffected. The order of files,
 * documents and keys changes nothing but spans.
 */
export const readPolicies = (files: readonly SourceFile[], options: PolicyOptions): Outcome<PolicySet> => {
  const diagnostics: Diagnostic[] = [];
  const read: ReadPolicy[] = [];
  const aside: ReadPolicy[] = [];
  const context: ContextObject[] = [];
  for (const file of [...files].sort((a, b) => byText(a.path, b.path))) {
    const documents = parseYamlDocuments(file, { aliases: false, maxBytes: defaultMaxBytes });
    const findings = [...documents.diagnostics];
    for (const document of documents.value) {
      for (const object of objectsOf(document)) {
        const result = readObject(object, options);
        if (result.kind === "policy" && result.policy.id !== null) {
          if (options.counts?.(file.path, result.policy.id) === false) {
            aside.push(result.policy);
            continue;
          }
        }
        if (result.kind === "context") context.push(result.object);
        if (result.kind === "policy") read.push(result.policy);
        if (result.kind === "policy" && document.broken) nameFindings(findings, document, result.policy.id);
        if (!document.broken) diagnostics.push(...result.diagnostics);
      }
    }
    diagnostics.push(...findings);
  }
  const { policies, rejected, findings } = settleRepeats(read);
  diagnostics.push(...findings);
  // An error says more about why there is none.
  if (policies.length === 0 && rejected.length === 0 && !hasErrors(diagnostics)) diagnostics.push(noPolicies(files));
  const set = { policies, context: context.sort(byObject), rejected };
  const leftOut = options.counts === undefined ? {} : { aside: settleRepeats(aside).policies };
  return outcome({ ...set, ...leftOut }, diagnostics.sort(byPlace));
};

type ReadObject =
  | { readonly kind: "policy"; readonly policy: ReadPolicy; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "context"; readonly object: ContextObject; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "other"; readonly diagnostics: readonly Diagnostic[] };

/** Dispatch is on apiVersion and kind together, never on kind alone. */
const readObject = ({ root, broken }: KubernetesObject, options: PolicyOptions): ReadObject => {
  const other = (...diagnostics: readonly Diagnostic[]): ReadObject => ({ kind: "other", diagnostics });
  if (root.kind !== "map") {
    const got = root.kind === "sequence" ? "a list" : root.value === null ? "empty" : "a single value";
    return other(diagnostic("TP1017", { got }, root.span));
  }
  const neighbour = neighbourOf(root);
  if (neighbour !== null) return other(neighbour);
  const apiVersion = textOf(childOf(root, "apiVersion"));
  const kind = textOf(childOf(root, "kind"));
  if (kind === null || apiVersion === null) {
    const field = kind === null ? "kind" : "apiVersion";
    const at = entryOf(root, field)?.value.span ?? root.entries[0]?.keySpan ?? root.span;
    return other(diagnostic("TP1019", { field }, at));
  }
  const kindSpan = childOf(root, "kind")?.span ?? root.span;
  if (kind !== "TelemetryPolicy") {
    const known = contextKind(apiVersion, kind);
    const object = known === null || broken ? null : readContext(known, root);
    if (object !== null) return { kind: "context", object, diagnostics: [] };
    const near = didYouMean(kind, ["TelemetryPolicy"]);
    if (near !== "" && dialectOf(apiVersion) !== null)
      return other(diagnostic("TP1028", { kind: kind.slice(0, 60), suggestion: near }, kindSpan));
    return other(diagnostic("TP1020", { kind: kind.slice(0, 60), apiVersion: apiVersion.slice(0, 80) }, kindSpan));
  }
  const dialect = dialectOf(apiVersion);
  if (dialect === null) {
    const known = dialects.flatMap(({ apiVersions }) => apiVersions);
    const at = childOf(root, "apiVersion")?.span ?? root.span;
    const suggestion = didYouMean(apiVersion, known);
    return other(diagnostic("TP1021", { apiVersion: apiVersion.slice(0, 80), suggestion }, at));
  }
  const policy = readPolicy(root, dialect, options);
  return { kind: "policy", policy: broken ? { ...policy, policy: null } : policy, diagnostics: policy.diagnostics };
};

/** Findings in the text of a policy's document speak of that policy. */
const nameFindings = (findings: Diagnostic[], document: KubernetesObject, id: string | null): void => {
  for (const [index, finding] of findings.entries()) {
    const { at } = finding;
    if (at === null || finding.policy !== null || at.start < document.span.start || at.end > document.span.end)
      continue;
    findings[index] = { ...finding, policy: id };
  }
};

const noPolicies = (files: readonly SourceFile[]): Diagnostic => {
  const names = files.map(({ path }) => path).sort(byText);
  const more = names.length > 3 ? ` and ${names.length - 3} more` : "";
  const where = names.length === 0 ? "the input: it has no files" : `${names.slice(0, 3).join(", ")}${more}`;
  return diagnostic("TP1004", { where }, null);
};

const byObject: Comparator<ContextObject> = chain(
  (a, b) => byText(a.kind, b.kind),
  (a, b) => byText(a.namespace, b.namespace),
  (a, b) => byText(a.name, b.name),
);

/** File, place, code. What has no place comes last. */
const byPlace: Comparator<Diagnostic> = chain(
  (a, b) => byNumber(a.at === null ? 1 : 0, b.at === null ? 1 : 0),
  (a, b) => byText(a.at?.file ?? "", b.at?.file ?? ""),
  (a, b) => byNumber(a.at?.start ?? 0, b.at?.start ?? 0),
  (a, b) => byText(a.code, b.code),
  (a, b) => byText(a.message, b.message),
);

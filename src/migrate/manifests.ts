import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { type Outcome, outcome } from "../diagnostics/outcome.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import { childOf, objectsOf } from "../policy/object.ts";
import { isName } from "../policy/values/name.ts";
import { parseYamlDocuments } from "../policy/yaml.ts";
import type { YamlNode } from "../policy/yaml-node.ts";
import { type Misfit, withoutMisfits } from "./shapes.ts";
import { type Template, templatesIn, withoutTemplates, withoutValues } from "./templates.ts";
import { at, childrenOf, joined, wordOf } from "./tree.ts";

/** One object of the input, wherever in a document it stands; or what stands around such objects. */
export type Manifest = {
  readonly file: string;
  readonly root: YamlNode;
  /** Where the root is in its document: "" for the document itself. */
  readonly path: string;
  /** Both empty for text that is no Kubernetes object. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** As messages name it: `Telemetry prod/edge`. */
  readonly title: string;
  readonly createdAt: string | null;
  readonly broken: boolean;
  /** Its namespace is a template, or no namespace at all: no target can be told from it. */
  readonly isNamespaceUnknown: boolean;
  readonly templates: readonly Template[];
  /** Values of another shape than their field has; in `root` there is nothing in their place. */
  readonly misfits: readonly Misfit[];
};

const maxBytes = 4 * 1024 * 1024;

/** A kubectl manifest without a namespace is in "default", unless the caller says otherwise. */
export type ManifestOptions = { readonly namespace: string };

/** Every object of the files: documents, items of lists, and objects inside other documents (test fixtures, Helm values). */
export const readManifests = (files: readonly SourceFile[], options: ManifestOptions): Outcome<readonly Manifest[]> => {
  const manifests: Manifest[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const original of files) {
    const { file, templates } = withoutTemplates(original);
    const documents = parseYamlDocuments(file, { aliases: true, maxBytes });
    // What a Collector makes of a plain "y" is no matter here.
    diagnostics.push(...documents.diagnostics.filter(({ code }) => code !== "TP1025"));
    const [first] = templates;
    if (first !== undefined) {
      const span = { file: file.path, start: first.start, end: first.end };
      diagnostics.push(diagnostic("TP6002", { template: first.text, count: templates.length }, span));
    }
    for (const document of documents.value) {
      const root = withoutValues(document.root, templates);
      const found = objectsOf({ ...document, root }).flatMap((each) =>
        objectsIn(each.root, each.root === root ? "" : pathOf(root, each.root)),
      );
      for (const { root, path } of found) {
        const manifest = manifestOf(file.path, root, path, document.broken, templates, options);
        manifests.push(manifest);
        for (const { node, is, problem, remedy } of manifest.misfits)
          diagnostics.push(diagnostic("TP6004", { value: is, problem, remedy }, node.span));
      }
    }
  }
  return outcome(manifests, diagnostics);
};

type Found = { readonly root: YamlNode; readonly path: string };

const isObject = (node: YamlNode): boolean =>
  wordOf(at(node, "apiVersion")) !== null && wordOf(at(node, "kind")) !== null && at(node, "kind")?.kind === "scalar";

/** How deep objects are looked for inside documents that are none themselves. */
const maxDepth = 3;

const objectsIn = (root: YamlNode, path: string): readonly Found[] => {
  if (isObject(root)) return [{ root, path }];
  const inside: Found[] = [];
  const search = (node: YamlNode, here: string, depth: number): YamlNode => {
    if (depth > maxDepth || node.kind === "scalar") return node;
    const kept: (readonly [string | number, YamlNode])[] = [];
    let changed = false;
    for (const [step, child] of childrenOf(node)) {
      const place = joined(here, step);
      if (isObject(child)) {
        inside.push({ root: child, path: place });
        changed = true;
        continue;
      }
      const rest = search(child, place, depth + 1);
      if (rest !== child) changed = true;
      if (rest === child || childrenOf(rest).length > 0) kept.push([step, rest]);
    }
    if (!changed) return node;
    // What is left around the objects keeps its places; list indexes are those of the file.
    return {
      kind: "map",
      span: node.span,
      entries: kept.map(([step, value]) => ({ key: String(step), keySpan: value.span, value })),
    };
  };
  const rest = search(root, path, 0);
  return [...inside, ...(rest === root || childrenOf(rest).length > 0 ? [{ root: rest, path }] : [])];
};

/** Items of a list may be copies with inherited fields; they are known by their place. */
const pathOf = (root: YamlNode, item: YamlNode): string => {
  const search = (node: YamlNode, path: string): string | null => {
    for (const [step, child] of childrenOf(node)) {
      const place = joined(path, step);
      if (child.span.start === item.span.start && child.span.end === item.span.end && child.kind === "map")
        return place;
      const below = search(child, place);
      if (below !== null) return below;
    }
    return null;
  };
  return search(root, "") ?? "items";
};

const clusterScoped = new Set(["GatewayClass", "Namespace", "KongClusterPlugin"]);

const manifestOf = (
  file: string,
  written: YamlNode,
  path: string,
  broken: boolean,
  templates: readonly Template[],
  options: ManifestOptions,
): Manifest => {
  const apiVersion = isObject(written) ? (wordOf(at(written, "apiVersion")) ?? "") : "";
  const kind = apiVersion === "" ? "" : (wordOf(at(written, "kind")) ?? "");
  const { root, misfits } = broken ? { root: written, misfits: [] } : withoutMisfits(written, kind, templates);
  const name = wordOf(at(root, "metadata", "name")) ?? "";
  const namespaceNode = childOf(childOf(root, "metadata"), "namespace");
  const named = wordOf(namespaceNode);
  const isNamespaceUnknown =
    (namespaceNode !== null && templatesIn(namespaceNode, templates) !== null) ||
    misfits.some(({ node }) => node === namespaceNode) ||
    (named !== null && !isName(named, "label"));
  const namespace = isNamespaceUnknown ? options.namespace : (named ?? options.namespace);
  const createdAt = wordOf(at(root, "metadata", "creationTimestamp"));
  const nameNode = childOf(childOf(root, "metadata"), "name");
  const template = nameNode === null ? null : templatesIn(nameNode, templates);
  const shown = name === "" ? (template ?? "(no name)") : name;
  const title = kind === "" ? "" : `${kind} ${clusterScoped.has(kind) ? "" : `${namespace}/`}${shown}`;
  return {
    file,
    root,
    path,
    apiVersion,
    kind,
    namespace,
    name,
    title,
    createdAt,
    broken,
    isNamespaceUnknown,
    templates,
    misfits,
  };
};

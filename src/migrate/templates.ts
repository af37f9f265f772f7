import type { SourceFile } from "../diagnostics/source.ts";
import type { YamlNode } from "../policy/yaml-node.ts";

/** A template expression that was taken out of a text, and where it stood. */
export type Template = { readonly start: number; readonly end: number; readonly text: string };

/** Stands in for an expression: letters only, so that it is text wherever it may come to stand, and never a name. */
const stand = "Q";

/**
 * Text in which template expressions (`{{ … }}`, `{%…%}`, `${NAME}`) are replaced by as many letters, so that it is YAML
 * again and every place stays what it was. Lines that hold nothing but template control become comments.
 */
export const withoutTemplates = (
  file: SourceFile,
): { readonly file: SourceFile; readonly templates: readonly Template[] } => {
  const templates: Template[] = [];
  const keep = (start: number, text: string): void => {
    templates.push({ start, end: start + text.length, text });
  };
  const control = file.text.replace(
    /^[ \t]*\{\{-?\s*(?:\/\*[\s\S]*?\*\/|(?:if|else|end|range|with|define|block|template|include|\$\w+\s*:?=)\b[^\n]*?|[^\n]*?\|\s*n?indent\b[^\n]*?)-?\}\}[ \t]*(?=\r?$)/gm,
    (line, offset: number) => {
      keep(offset + line.search(/\S/), line.trim());
      return `#${line.slice(1).replace(/[^\r\n]/g, " ")}`;
    },
  );
  const text = control.replace(
    /\{\{[^\n]*?\}\}|\{%[^\n]*?%\}|\$\{[A-Za-z_][A-Za-z0-9_.-]*(?::-[^}\n]*)?\}/g,
    (found, offset: number) => {
      keep(offset, found);
      return stand.repeat(found.length);
    },
  );
  return { file: { path: file.path, text }, templates };
};

/** The template in a value, if there is any. */
export const templatesIn = (node: YamlNode, templates: readonly Template[]): string | null => {
  if (node.kind !== "scalar") return null;
  const found = templates.find(({ start, end }) => start < node.span.end && end > node.span.start);
  return found?.text ?? null;
};

/** The first template anywhere in a block. */
export const templateUnder = (node: YamlNode, templates: readonly Template[]): string | null =>
  templates.find(({ start, end }) => start < node.span.end && end > node.span.start)?.text ?? null;

/** The tree without values that hold a template: to a reader they are absent, and nothing is made of what stands in for them. */
export const withoutValues = (node: YamlNode, templates: readonly Template[]): YamlNode => {
  if (templates.length === 0) return node;
  switch (node.kind) {
    case "scalar":
      return templatesIn(node, templates) === null ? node : { kind: "scalar", value: null, span: node.span };
    case "sequence":
      return { ...node, items: node.items.map((item) => withoutValues(item, templates)) };
    case "map":
      return {
        ...node,
        entries: node.entries.map((entry) => ({ ...entry, value: withoutValues(entry.value, templates) })),
      };
  }
};

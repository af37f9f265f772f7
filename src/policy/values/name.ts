import type { Located } from "../../diagnostics/origin.ts";
import { type Field, type Reader, readText, shorten } from "../reader.ts";

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

/** Names of Kubernetes objects: RFC 1123 label (namespaces, at most 63) or subdomain (most others, at most 253). */
export const isName = (text: string, form: "label" | "subdomain"): boolean =>
  form === "label" ? label.test(text) : text.length <= 253 && text.split(".").every((part) => label.test(part));

/** RFC 9110, 5.6.2 token. */
export const isHeaderName = (text: string): boolean => /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(text);

/** GEP-4768 attribute name; taken for every dialect. */
export const isAttributeName = (text: string): boolean => /^[a-zA-Z0-9_.:/-]+$/.test(text);

export const readName = (reader: Reader, field: Field | null, form: "label" | "subdomain"): Located<string> | null => {
  const text = readText(reader, field, 1, 253);
  if (text === null || field === null || isName(text.value, form)) return text;
  const allowed = `lower-case letters, digits and "-"${form === "label" ? "" : ' and "."'}, starting and ending with a letter or digit`;
  reader.report("TP2009", { field: field.path, value: shorten(text.value), form: allowed }, field.node.span);
  return null;
};

import { didYouMean } from "../../base/suggest.ts";
import { type Located, located } from "../../diagnostics/origin.ts";
import { type Field, openBlock, originOf, type Reader, readText, shorten } from "../reader.ts";
import type { Provider } from "../types.ts";
import { parseEndpoint, signalPath } from "./endpoint.ts";

type Kind = "OTLP" | "Prometheus";

/**
 * A provider written as `{type, endpoint}`. Without an endpoint OTLP means the platform's default sink (null), and
 * Prometheus the platform's pull endpoint. `fallback` is the type when the dialect has none.
 */
export const readProvider = (
  reader: Reader,
  field: Field | null,
  allowed: readonly Kind[],
  fallback: Kind | null,
): Located<Provider> | null => {
  const block = field === null ? null : openBlock(reader, field);
  if (block === null || field === null) return null;
  const endpoint = block.get("endpoint");
  const kind = readKind(reader, block.get("type"), allowed) ?? fallback;
  if (kind === null) {
    if (block.get("type") === null)
      reader.report("TP2002", { field: `${block.path}.type`, example: `type: ${allowed.join(" or ")}` }, block.span);
    return null;
  }
  if (kind === "Prometheus") return readPrometheus(reader, field, endpoint);
  const text = readText(reader, endpoint, 1, 1024);
  if (text === null || endpoint === null) return null;
  const parsed = parseEndpoint(text.value);
  if ("problem" in parsed) {
    reader.report("TP2301", { endpoint: shown(text.value), ...parsed }, endpoint.node.span);
    return null;
  }
  const path = signalPath(parsed.url);
  if (path !== null) {
    const remedy = `write ${parsed.url.slice(0, -path.length)}`;
    const problem = `ends in ${path}, which the exporter adds itself`;
    reader.report("TP2301", { endpoint: shorten(text.value), problem, remedy }, endpoint.node.span);
    return null;
  }
  const { transport, url, host, insecure } = parsed;
  return located({ kind: "otlp", transport, endpoint: url, host, insecure, headers: [] }, text.origin);
};

const readKind = (reader: Reader, field: Field | null, allowed: readonly Kind[]): Kind | null => {
  const type = readText(reader, field);
  if (type === null || field === null) return null;
  const kind = allowed.find((candidate) => candidate === type.value);
  if (kind !== undefined) return kind;
  const suggestion = didYouMean(type.value, allowed);
  reader.report("TP2303", { field: field.path, type: shorten(type.value), allowed, suggestion }, field.node.span);
  return null;
};

const readPrometheus = (reader: Reader, field: Field, endpoint: Field | null): Located<Provider> | null => {
  const text = readText(reader, endpoint, 1, 1024);
  if (endpoint === null) return located({ kind: "prometheus", remoteWrite: null }, originOf(field));
  if (text === null) return null;
  const parsed = parseEndpoint(text.value);
  if ("problem" in parsed) {
    reader.report("TP2301", { endpoint: shown(text.value), ...parsed }, endpoint.node.span);
    return null;
  }
  if (parsed.transport === "http") return located({ kind: "prometheus", remoteWrite: parsed.url }, text.origin);
  const problem = "is no URL, which Prometheus remote write needs";
  const remedy = `write http://${parsed.url}/api/v1/write`;
  reader.report("TP2301", { endpoint: shorten(text.value), problem, remedy }, endpoint.node.span);
  return null;
};

/** What is said of an endpoint never repeats the credentials in it. */
const shown = (endpoint: string): string => shorten(endpoint.replace(/\/\/[^/]*@/, "//***@"));

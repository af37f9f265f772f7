import { type Located, located } from "../../diagnostics/origin.ts";
import { type Field, openBlock, originOf, type Reader, readItems, readNumber, readText, shorten } from "../reader.ts";
import type { Provider } from "../types.ts";
import { isHeaderName, readName } from "./name.ts";

const maxHeaders = 16;

/** GEP-4768 provider: a Service by reference, and literal headers. The endpoint is `name.namespace.svc:port`. */
export const readBackendProvider = (reader: Reader, field: Field | null): Located<Provider> | null => {
  const block = field === null ? null : openBlock(reader, field);
  if (block === null) return null;
  const headers = readItems(reader, block.get("headers"), maxHeaders)
    .map((item) => readHeader(reader, item))
    .filter((header) => header !== null);
  const backend = block.get("backendRef");
  if (backend === null) {
    const example = "backendRef: {name: otel-collector, namespace: monitoring, port: 4317}";
    reader.report("TP2002", { field: `${block.path}.backendRef`, example }, block.span);
    return null;
  }
  const service = readService(reader, backend);
  if (service === null) return null;
  const { name, namespace, port } = service;
  const host = `${name}.${namespace}.svc`;
  return located(
    {
      kind: "otlp",
      transport: "grpc",
      endpoint: `${host}:${port}`,
      host,
      insecure: true,
      headers,
      service: { namespace, name },
    },
    originOf(backend),
  );
};

const readService = (reader: Reader, field: Field): { name: string; namespace: string; port: number } | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  const group = readText(reader, block.get("group"), 0, 253)?.value ?? "";
  const kind = readText(reader, block.get("kind"), 1, 63)?.value ?? "Service";
  if (group !== "" || kind !== "Service") {
    reader.report(
      "TP2304",
      { group: shorten(group), kind },
      (block.get("kind") ?? block.get("group") ?? field).node.span,
    );
    return null;
  }
  for (const [name, example] of [
    ["name", "name: otel-collector"],
    ["port", "port: 4317"],
  ] as const)
    if (block.get(name) === null) reader.report("TP2002", { field: `${block.path}.${name}`, example }, block.span);
  const name = readName(reader, block.get("name"), "label");
  const namespace = readName(reader, block.get("namespace"), "label")?.value ?? reader.namespace;
  const port = readPort(reader, block.get("port"));
  return name === null || port === null ? null : { name: name.value, namespace, port };
};

const readPort = (reader: Reader, field: Field | null): number | null => {
  const port = readNumber(reader, field);
  if (port === null || field === null) return null;
  if (Number.isInteger(port.value) && port.value >= 1 && port.value <= 65535) return port.value;
  reader.report(
    "TP2301",
    {
      endpoint: `port ${port.value}`,
      problem: "is outside 1–65535",
      remedy: "use the Service's OTLP port, most often 4317",
    },
    field.node.span,
  );
  return null;
};

/** Headers that the exporter's transport owns. */
const transportHeaders = new Set([
  "content-length",
  "content-type",
  "content-encoding",
  "host",
  "te",
  "connection",
  "transfer-encoding",
]);

const readHeader = (reader: Reader, field: Field): { name: string; value: Located<string> } | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  for (const [name, example] of [
    ["name", "name: x-tenant"],
    ["value", "value: team-a"],
  ] as const)
    if (block.get(name) === null) reader.report("TP2002", { field: `${block.path}.${name}`, example }, block.span);
  const name = readText(reader, block.get("name"), 1, 256);
  const value = readText(reader, block.get("value"), 1, 4096);
  if (name === null) return null;
  const at = block.get("name")?.node.span ?? block.span;
  const lower = name.value.toLowerCase();
  if (!isHeaderName(lower)) reader.report("TP2402", { field: `${block.path}.name`, value: shorten(name.value) }, at);
  else if (transportHeaders.has(lower) || lower.startsWith("grpc-")) reader.report("TP2307", { name: lower }, at);
  return value === null ? null : { name: lower, value };
};

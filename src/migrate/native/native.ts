import type { Rate } from "../../policy/types.ts";
import type { Manifest } from "../manifests.ts";
import type { Cited, Sketch, SketchProvider, SketchSource } from "../sketch.ts";
import type { Out } from "../yaml-out.ts";

/** What became of one field of a policy on its way into a data plane's own manifest. */
export type Tell = {
  /** Said there, in this field. */
  readonly said: (cited: Cited<unknown> | undefined, to: string, why?: string) => void;
  /** No way to say it there: it stays with the agent. */
  readonly cannot: (cited: Cited<unknown> | undefined, why: string) => void;
};

/** Writes policies as the manifests of one data plane. A new one is a file beside this and a line in `natives.ts`. */
export type NativeWriter = {
  /** The value of `--to`. */
  readonly name: string;
  readonly title: string;
  /** Documents for one policy; none where that data plane can say nothing of it. `manifests` is everything in the files. */
  readonly write: (sketch: Sketch, tell: Tell, manifests: readonly Manifest[]) => readonly Out[];
};

/** `93.75` for 15/16; null where it has more decimals than allowed. */
export const percentText = ({ numerator, denominator }: Rate, decimals: number): number | null => {
  const percent = (numerator * 100) / denominator;
  const rounded = Number(percent.toFixed(decimals));
  // Exact, or not at all: a rate is never rounded.
  return Math.abs(rounded * denominator - numerator * 100) < 1e-9 ? rounded : null;
};

export const isAll = ({ numerator, denominator }: Rate): boolean => numerator === denominator;

/** Host and port of a provider; null for what is no plain gRPC address. */
export const addressOf = (provider: SketchProvider): { readonly host: string; readonly port: number } | null => {
  if (provider.kind === "service")
    return { host: `${provider.name}.${provider.namespace}.svc.cluster.local`, port: provider.port };
  const [, host, port] = /^([a-z0-9.-]+):(\d+)$/i.exec(provider.endpoint) ?? [];
  return host === undefined || port === undefined ? null : { host, port: Number(port) };
};

/** An address written as text, as access logs and metrics have it. */
export const providerOfText = (endpoint: string): SketchProvider => {
  const [, name, namespace, port] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?:(\d+)$/.exec(endpoint) ?? [];
  return name === undefined || namespace === undefined || port === undefined
    ? { kind: "endpoint", endpoint }
    : { kind: "service", name, namespace, port: Number(port) };
};

/** Canonical attributes → the names that Envoy's and agentgateway's CEL have for them. */
const celNames: { readonly [key: string]: string } = {
  "http.request.method": "request.method",
  "server.address": "request.host",
  "url.path": "request.url_path",
  "user_agent.original": "request.useragent",
  "http.response.status_code": "response.code",
  "http.request.body.size": "request.size",
  "http.response.body.size": "response.size",
};

/** A text as a CEL literal; null for text that would need escapes we do not read back. */
const celLiteral = (text: string): string | null => (/['\\]/.test(text) ? null : `'${text}'`);

export const celOf = (source: SketchSource): string | null => {
  switch (source.from) {
    case "header":
      return `request.headers['${source.name}']`;
    case "literal":
      return celLiteral(source.value);
    case "attribute":
      return celNames[source.key] ?? null;
  }
};

/** `path` of a policy as a condition: whole segments, without the query. */
const celOfPath = (path: string): string | null => {
  const segments = path.replace(/\/+$/, "");
  if (segments === "") return "true";
  const exact = celLiteral(segments);
  const below = celLiteral(`${segments}/`);
  return exact === null || below === null
    ? null
    : `request.url_path == ${exact} || request.url_path.startsWith(${below})`;
};

/** All matches as one condition; null where a text in them cannot be written. */
export const conditionOf = (
  matches: readonly Cited<{ readonly path: string } | { readonly cel: string }>[],
): string | null => {
  const parts = matches.map(({ value }) => ("cel" in value ? value.cel : celOfPath(value.path)));
  if (parts.some((part) => part === null)) return null;
  return parts.length === 1 ? (parts[0] ?? null) : parts.map((part) => `(${part})`).join(" || ");
};

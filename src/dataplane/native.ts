/** What the proxies of one target must send, so that a policy can take hold of it. */
export type NativeWish = {
  readonly target: { readonly kind: "Gateway" | "Namespace"; readonly namespace: string; readonly name: string };
  /** Where the agent's ingest listens. */
  readonly otlp: { readonly host: string; readonly port: number };
  readonly signals: { readonly traces: boolean; readonly metrics: boolean; readonly logs: boolean };
  /** Lower-case names of request or response headers that some field of the policy reads. */
  readonly headers: { readonly spans: readonly string[]; readonly logs: readonly string[] };
  /** Propagation formats, as the policy writes them. */
  readonly propagation: readonly string[];
};

/** One manifest or command, and what it is for. */
export type NativeSnippet = {
  /** Half a sentence: "send spans and access logs to the agent". */
  readonly does: string;
  readonly language: "yaml" | "text";
  readonly text: string;
};

/** A Service's name and namespace in an address of the cluster, `otel.observability.svc` and its longer form. */
export const serviceOf = (host: string): { readonly name: string; readonly namespace: string } | null => {
  const [, name, namespace] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.cluster\.local)?$/.exec(host) ?? [];
  return name === undefined || namespace === undefined ? null : { name, namespace };
};

/** Text as a YAML double-quoted scalar. */
export const yamlText = (text: string): string => JSON.stringify(text);

/** Lines below each other, each after `by` spaces; empty ones stay empty. */
export const indented = (lines: readonly string[], by: number): readonly string[] =>
  lines.map((line) => (line === "" ? "" : " ".repeat(by) + line));

/** Lines as one text with a final newline; null lines are left out. */
export const lines = (...all: readonly (string | null | readonly string[])[]): string =>
  `${all.flatMap((line) => line ?? []).join("\n")}\n`;

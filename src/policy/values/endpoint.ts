/** An endpoint taken apart. `url` is what a Collector exporter is given: `host:port` for gRPC, a URL for HTTP. */
export type Endpoint = {
  readonly transport: "grpc" | "http";
  readonly url: string;
  /** Lower-case, without brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number | null;
  readonly insecure: boolean;
};

export type EndpointProblem = { readonly problem: string; readonly remedy: string };

const shapes = "write host:port (gRPC), http://host:port or https://host:port";

/**
 * Reads an endpoint. Transport security is always said, never guessed:
 * bare `host:port` is plaintext gRPC, as in the draft's own example (`otel-collector.monitoring.svc:4317`);
 * `grpc://` says the same aloud, `grpcs://` is gRPC with TLS; `http://` is plaintext OTLP/HTTP, `https://` with TLS.
 */
export const parseEndpoint = (text: string): Endpoint | EndpointProblem => {
  const match = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)([/?#].*)?$/is.exec(text);
  const scheme = match?.[1]?.toLowerCase() ?? null;
  const authority = match?.[2] ?? "";
  const rest = match?.[3] ?? "";
  if (scheme !== null && !["http", "https", "grpc", "grpcs"].includes(scheme))
    return problem(`has the scheme ${scheme}://, which no OTLP exporter speaks`, shapes);
  if (/\s/.test(text)) return problem("contains white space", shapes);
  if (authority.includes("@"))
    return { problem: "contains user information", remedy: "remove it; credentials never belong into a policy" };

  const parts = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(.*))?$/i.exec(authority);
  const host = (parts?.[1] ?? "").toLowerCase().replace(/\.$/, "");
  if (parts === null || !isHost(host)) return problem("has no valid host", shapes);
  const port = parts[2] === undefined ? null : readPort(parts[2]);
  if (port === "bad") return problem(`has the port "${parts[2]}"`, "use a port from 1 to 65535");

  const grpc = scheme === null || scheme === "grpc" || scheme === "grpcs";
  if (grpc && port === null) return problem("has no port", `write ${host}:4317 for OTLP over gRPC`);
  const path = rest.replace(/\/+$/, "");
  if (/[?#]/.test(rest)) return problem("has a query or fragment", "write the address alone");
  if (grpc && path !== "") return problem("has a path, which gRPC does not use", `write ${host}:${port}`);
  if (!/^[A-Za-z0-9._~/%+-]*$/.test(path)) return problem("has a path with unusual characters", "escape them as %XX");
  const address = port === null ? host : `${host}:${port}`;
  return {
    transport: grpc ? "grpc" : "http",
    url: grpc ? address : `${scheme}://${address}${path}`,
    host: host.replace(/^\[|\]$/g, ""),
    port,
    insecure: scheme !== "https" && scheme !== "grpcs",
  };
};

/** Signal paths are added by the exporter; a policy that repeats one would send to /v1/traces/v1/traces. */
export const signalPath = (url: string): string | null => /\/v1\/(?:traces|metrics|logs)$/.exec(url)?.[0] ?? null;

const problem = (text: string, remedy: string): EndpointProblem => ({ problem: text, remedy });

const readPort = (text: string): number | "bad" => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65535 ? port : "bad";
};

const isHost = (host: string): boolean => {
  if (host.startsWith("[")) return /^\[[0-9a-f:.]*:[0-9a-f:.]*\]$/.test(host);
  return (
    host.length <= 253 && host.split(".").every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
  );
};

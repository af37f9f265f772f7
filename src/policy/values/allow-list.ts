/** What every policy may send to: Services of the cluster. `localhost` and addresses are not among them. */
export const defaultAllowed: readonly string[] = ["*.svc", "*.svc.cluster.local"];

/**
 * A pattern is a host, optionally with `:port`. `*` as a whole label stands for one or more labels
 * (`*.svc` allows `otel-collector.monitoring.svc`), inside a label for any characters of that label.
 * Without a port the pattern allows every port.
 */
export const isAllowed = (host: string, port: number | null, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => matches(pattern.trim().toLowerCase(), host, port));

const matches = (pattern: string, host: string, port: number | null): boolean => {
  const parts = /^(?:\[([^\]]*)\]|(.*?))(?::(\d+|\*))?$/.exec(pattern);
  // A bare IPv6 address has colons of its own and cannot carry a port.
  const bare = (pattern.match(/:/g)?.length ?? 0) > 1 && !pattern.startsWith("[");
  const hostPattern = bare ? pattern : (parts?.[1] ?? parts?.[2] ?? "");
  const portPattern = bare ? undefined : parts?.[3];
  if (portPattern !== undefined && portPattern !== "*" && portPattern !== String(port)) return false;
  return matchesLabels(hostPattern.split("."), host.split("."));
};

/** Backtracks over label runs only: at most labels × labels steps, whatever the pattern. */
const matchesLabels = (patterns: readonly string[], labels: readonly string[]): boolean => {
  let reachable = new Set([0]);
  for (const pattern of patterns) {
    const next = new Set<number>();
    for (const at of reachable) {
      if (pattern === "*") for (let end = at + 1; end <= labels.length; end++) next.add(end);
      else if (at < labels.length && matchesLabel(pattern, labels[at] ?? "")) next.add(at + 1);
    }
    reachable = next;
  }
  return reachable.has(labels.length);
};

const matchesLabel = (pattern: string, label: string): boolean => {
  const pieces = pattern.split("*");
  const [first = "", ...rest] = pieces;
  if (rest.length === 0) return pattern === label;
  const last = rest.pop() ?? "";
  if (!label.startsWith(first) || label.length < first.length + last.length || !label.endsWith(last)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = label.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return at <= label.length - last.length;
};

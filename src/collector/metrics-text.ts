import { get } from "node:http";

/** One line of a Prometheus exposition. */
export type Sample = { readonly name: string; readonly labels: ReadonlyMap<string, string>; readonly value: number };

/**
 * Reads the Prometheus text format 0.0.4 and OpenMetrics 1.0; time stamps, exemplars, comments and lines that are
 * neither are left out. https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export const parseMetrics = (text: string): readonly Sample[] => {
  const samples: Sample[] = [];
  for (const line of text.split("\n")) {
    const sample = parseSample(line.trim());
    if (sample !== null) samples.push(sample);
  }
  return samples;
};

const parseSample = (line: string): Sample | null => {
  const name = /^[a-zA-Z_:][a-zA-Z0-9_:]*/.exec(line)?.[0];
  if (name === undefined) return null; // a comment, an empty line, or not this format
  const labels = new Map<string, string>();
  let at = name.length;
  if (line[at] === "{") {
    at += 1;
    for (;;) {
      label.lastIndex = at;
      const match = label.exec(line);
      if (match === null) break;
      labels.set(match[1] ?? "", unescaped(match[2] ?? ""));
      at = label.lastIndex;
    }
    close.lastIndex = at;
    if (close.exec(line) === null) return null;
    at = close.lastIndex;
  }
  const value = number(/^\s+(\S+)/.exec(line.slice(at))?.[1] ?? "");
  return value === null ? null : { name, labels, value };
};

const label = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;
const close = /\s*\}/y;

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));

const number = (text: string): number | null => {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? null : value;
};

/** Sum over all samples of that name that have at least these labels; 0 when there is none. */
export const sum = (
  samples: readonly Sample[],
  name: string,
  labels: { readonly [name: string]: string } = {},
): number => {
  const wanted = Object.entries(labels);
  return samples
    .filter((sample) => sample.name === name && wanted.every(([key, value]) => sample.labels.get(key) === value))
    .reduce((total, { value }) => total + value, 0);
};

/** The value of a label of the first sample of that name: `labelOf(samples, "target_info", "otel_policy_digest")`. */
export const labelOf = (samples: readonly Sample[], name: string, label: string): string | null =>
  samples.find((sample) => sample.name === name)?.labels.get(label) ?? null;

const longest = 64 * 1024 * 1024;

/** Fetches `/metrics` of a loopback port or a unix socket. Rejects with one sentence when there is no answer in time. */
export const scrape = (at: number | string, timeoutMs = 2000): Promise<readonly Sample[]> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      outgoing.destroy();
      reject(new Error(`no metrics from ${typeof at === "number" ? `127.0.0.1:${at}` : at}: ${why}`));
    };
    // A new connection for each scrape: ports pass from one generation to the next.
    const place = typeof at === "number" ? { host: "127.0.0.1", port: at } : { socketPath: at };
    const outgoing = get({ ...place, path: "/metrics", agent: false }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > longest) fail(`more than ${longest} bytes`);
        else chunks.push(chunk);
      });
      response.on("error", (error) => fail(error.message));
      response.on("end", () => {
        clearTimeout(timer);
        if (response.statusCode === 200) resolve(parseMetrics(Buffer.concat(chunks).toString("utf8")));
        else fail(`status ${response.statusCode}`);
      });
    });
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    outgoing.on("error", (error) => fail(error.message));
  });

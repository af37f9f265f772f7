/** One sample of the Prometheus text format. */
export type PromSample = {
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
  readonly value: number;
};

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/s;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;
const unquoted = (text: string): string => text.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));

/** Written apart from `collector/metrics-text.ts` on purpose: tests must not share its mistakes. */
export const parseProm = (text: string): readonly PromSample[] =>
  text.split("\n").flatMap((row) => {
    const match = row.startsWith("#") ? null : line.exec(row);
    const [, name, labels = "", value] = match ?? [];
    if (name === undefined || value === undefined) return [];
    const pairs = [...labels.matchAll(label)].map(([, key = "", raw = ""]) => [key, unquoted(raw)] as const);
    return [{ name, labels: Object.fromEntries(pairs), value: Number(value.replace("+Inf", "Infinity")) }];
  });

export const scrapeProm = async (port: number, path = "/metrics"): Promise<readonly PromSample[]> => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
  if (!response.ok) throw new Error(`scrape of port ${port}: ${response.status}`);
  return parseProm(await response.text());
};

/** Sum over all samples of that name whose labels include the given ones; null when there is none. */
export const sumOf = (
  samples: readonly PromSample[],
  name: string,
  labels: { readonly [name: string]: string } = {},
): number | null => {
  const found = samples.filter(
    (s) => s.name === name && Object.entries(labels).every(([key, value]) => s.labels[key] === value),
  );
  return found.length === 0 ? null : found.reduce((sum, s) => sum + s.value, 0);
};

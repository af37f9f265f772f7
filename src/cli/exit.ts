/** Exit codes of every verb; each verb's help says what they mean there. */
export const exit = {
  ok: 0,
  findings: 1,
  usage: 2,
  noCollector: 3,
  bug: 70, // EX_SOFTWARE of sysexits(3)
} as const;

/** Code → what it means. */
export type Exits = { readonly [code: number]: string };

/** Where a verb says nothing else. */
export const usualExits: Exits = {
  [exit.usage]: "the command line was wrong",
  [exit.bug]: "a bug of otel-policy",
};

export const collectorExit: Exits = { [exit.noCollector]: "no usable Collector" };

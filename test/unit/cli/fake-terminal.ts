import type { Terminal } from "../../../src/cli/terminal.ts";

export type FakeTerminal = { readonly terminal: Terminal; stdout(): string; stderr(): string };

/** A terminal that remembers. By default 80 columns wide and a pipe on both streams. */
export const fakeTerminal = (
  given: {
    readonly env?: NodeJS.ProcessEnv;
    readonly stdin?: string;
    readonly columns?: number;
    readonly isTerminal?: boolean;
  } = {},
): FakeTerminal => {
  const texts = { out: "", err: "" };
  const stream = (name: "out" | "err") => ({
    write: (text: string) => {
      texts[name] += text;
    },
    isTerminal: given.isTerminal ?? false,
    columns: given.columns ?? 80,
  });
  return {
    terminal: {
      out: stream("out"),
      err: stream("err"),
      env: given.env ?? {},
      readStdin: () => Promise.resolve(given.stdin ?? ""),
    },
    stdout: () => texts.out,
    stderr: () => texts.err,
  };
};

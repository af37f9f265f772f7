/** Why `dev` ends. */
export type Ending =
  | { readonly because: "quit" | "signal" | "duration" }
  | { readonly because: "agent"; readonly reason: string };

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export type Endings = {
  /** The first reason to end. */
  readonly ended: Promise<Ending>;
  /** The reader of the screen has seen enough. */
  quit(): void;
  /** What a further signal does. */
  again(task: () => void): void;
  /** Takes the signal handlers and the timer away. */
  release(): void;
};

export const firstEnding = (durationMs: number | null, agentStopped: Promise<{ readonly reason: string }>): Endings => {
  const { promise, resolve } = Promise.withResolvers<Ending>();
  let onSignal = (): void => resolve({ because: "signal" });
  const listener = (): void => onSignal();
  for (const signal of signals) process.on(signal, listener);
  const timer = durationMs === null ? null : setTimeout(() => resolve({ because: "duration" }), durationMs);
  void agentStopped.then(({ reason }) => resolve({ because: "agent", reason }));
  return {
    ended: promise,
    quit: () => resolve({ because: "quit" }),
    again: (task) => {
      onSignal = task;
    },
    release: () => {
      for (const signal of signals) process.off(signal, listener);
      if (timer !== null) clearTimeout(timer);
    },
  };
};

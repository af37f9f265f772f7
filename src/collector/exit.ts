/** How a Collector process ended. */
export type Exit =
  /** Exit code 0. */
  | { readonly kind: "clean"; readonly asked: boolean }
  | { readonly kind: "code"; readonly code: number; readonly asked: boolean }
  /** `forced`: it did not stop within its grace, and we killed it. */
  | { readonly kind: "signal"; readonly signal: string; readonly asked: boolean; readonly forced: boolean }
  /** It never ran. */
  | { readonly kind: "spawn"; readonly errno: string; readonly words: string };

/** One line for people: `exited with code 1`, `killed by SIGKILL after it did not stop`. */
export const exitWords = (exit: Exit): string => {
  switch (exit.kind) {
    case "clean":
      return exit.asked ? "stopped" : "exited with code 0 without being asked to";
    case "code":
      return `exited with code ${exit.code}`;
    case "signal":
      return exit.forced ? `killed by ${exit.signal} after it did not stop` : `ended by signal ${exit.signal}`;
    case "spawn":
      return `could not be started: ${exit.words}`;
  }
};

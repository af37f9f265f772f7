/** Thrown for our own mistakes only, never for input: the command line turns it into TP9001 and exit code 70. */
export class InvariantError extends Error {
  override name = "InvariantError";
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** The compiler proves that this line is never reached; if it is, the message says with what. */
export const unreachable = (value: never): never => {
  throw new InvariantError(`unexpected value ${JSON.stringify(value)}`);
};

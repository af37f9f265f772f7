/** The command line is wrong: said on stderr in one line, with a way on; exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

import { didYouMean } from "../base/suggest.ts";
import type { Command } from "./command.ts";
import { UsageError } from "./usage-error.ts";

/** The verb of that name. Throws UsageError with the nearest ones. */
export const namedCommand = (name: string, commands: readonly Command[]): Command => {
  const found = commands.find((command) => command.name === name);
  if (found !== undefined) return found;
  throw name.startsWith("-")
    ? new UsageError(`the verb comes first: otel-policy VERB ${name}`)
    : new UsageError(
        `there is no verb "${name}"${didYouMean(
          name,
          commands.map((command) => command.name),
        )}`,
      );
};

import type { Command } from "./command.ts";
import { agent } from "./commands/agent.ts";
import { completion } from "./commands/completion.ts";
import { dev } from "./commands/dev.ts";
import { diff } from "./commands/diff.ts";
import { explain } from "./commands/explain.ts";
import { help } from "./commands/help.ts";
import { history } from "./commands/history.ts";
import { migrate } from "./commands/migrate.ts";
import { prices } from "./commands/prices.ts";
import { render } from "./commands/render.ts";
import { rollback } from "./commands/rollback.ts";
import { schema } from "./commands/schema.ts";
import { status } from "./commands/status.ts";
import { test } from "./commands/test.ts";
import { validate } from "./commands/validate.ts";
import { version } from "./commands/version.ts";

/** Every verb, in the order in which one comes to need them; help lists them so. A new verb is a file and a line here. */
export const commands: readonly Command[] = [
  validate, // is it right?
  render, // what does it become?
  test, // does it do what is meant?
  diff, // what would change?
  migrate, // where do they come from?
  dev, // what does it do?
  agent, // let it run
  status, // how is it?
  history, // what happened?
  rollback, // as it was
  explain, // why?
  prices, // what does it cost?
  schema, // what may be written?
  completion,
  version,
  help,
];

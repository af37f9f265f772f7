import { type Command, commandGroups } from "./command.ts";
import { type Flag, flagGroups } from "./flag-kinds.ts";
import { general } from "./flag-table.ts";
import { type ColorWish, type Paint, paint, wantsColor } from "./paint.ts";
import type { Stream } from "./terminal.ts";
import { entry, paragraph } from "./wrap.ts";

/** Longer lines are hard to read, shorter ones leave no room for two columns. */
const widthOf = ({ columns }: Stream): number => Math.min(Math.max(columns, 60), 100);
const termColumn = 30;

const firstSteps = [
  ["otel-policy dev", "two samples with traffic, live"],
  ["otel-policy validate samples/*", "check policies"],
  ["otel-policy render --help", "a verb's flags and examples"],
  ["otel-policy explain TP1006", "what a finding means"],
] as const;

const oneSentence = "Turns Gateway API TelemetryPolicies into running OpenTelemetry Collector pipelines.";

/** All verbs, by what one wants to do. */
export const generalHelp = (
  commands: readonly Command[],
  stream: Stream,
  env: NodeJS.ProcessEnv,
  wish: ColorWish,
): string => {
  const width = widthOf(stream);
  const { bold } = paint(wantsColor(wish, stream, env));
  const groups = commandGroups.map((group) =>
    section(
      bold(group),
      commands
        .filter((command) => command.group === group)
        .map((command) => entry(command.name, command.summary, width, 13, bold))
        .join("\n"),
    ),
  );
  return [
    paragraph(oneSentence, width),
    section(bold("Usage"), "  otel-policy VERB [FLAGS]"),
    ...groups,
    section(bold("Start here"), firstSteps.map(([line, does]) => entry(line, does, width, 36)).join("\n")),
    paragraph(
      "Every flag has a variable that stands in for it (shown as $OTEL_POLICY_…; lists with commas). A flag wins over its variable, a variable over the default. stdout carries data, stderr talk.",
      width,
    ),
  ]
    .join("\n\n")
    .concat("\n");
};

/** One verb: what it does, its flags with defaults and variables, two examples, its exit codes. */
export const commandHelp = (command: Command, stream: Stream, env: NodeJS.ProcessEnv, wish: ColorWish): string => {
  const width = widthOf(stream);
  const style = paint(wantsColor(wish, stream, env));
  const flags = [...command.flags, ...general];
  const flagSections = flagGroups.flatMap((group) => {
    const listed = flags.filter((flag) => flag.group === group);
    return listed.length === 0
      ? []
      : [section(style.bold(group), listed.map((flag) => flagEntry(flag, width, style)).join("\n"))];
  });
  const words = ["otel-policy", command.name, "[FLAGS]", command.operands].filter((word) => word !== "");
  return [
    paragraph(command.about, width),
    section(style.bold("Usage"), `  ${words.join(" ")}`),
    ...flagSections,
    section(
      style.bold("Examples"),
      command.examples.map(({ does, line }) => `${style.dim(paragraph(`# ${does}`, width, 2))}\n  ${line}`).join("\n"),
    ),
    section(
      style.bold("Exit codes"),
      Object.entries(command.exits)
        .map(([code, means]) => entry(code.padStart(2), means, width, 6))
        .join("\n"),
    ),
  ]
    .join("\n\n")
    .concat("\n");
};

const section = (title: string, body: string): string => `${title}\n${body}`;

const flagEntry = (flag: Flag<unknown>, width: number, { bold }: Paint): string => {
  const short = flag.short === null ? "    " : `-${flag.short}, `;
  const notes = [
    ...(flag.repeatable ? ["repeatable"] : []),
    ...(flag.shown === null ? [] : [`default ${flag.shown}`]),
    ...(flag.env === null ? [] : [`$${flag.env}`]),
  ];
  const text = notes.length === 0 ? flag.text : `${flag.text} (${notes.join("; ")})`;
  return entry(`${short}--${flag.name}${flag.value === null ? "" : ` ${flag.value}`}`, text, width, termColumn, bold);
};

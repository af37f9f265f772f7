import { type Code, codes } from "../../diagnostics/codes.ts";
import type { Call } from "../command.ts";
import { formatters } from "../findings.ts";
import * as flag from "../flag-table.ts";
import { paint, wantsColor } from "../paint.ts";
import { entry } from "../wrap.ts";
import { shownExample } from "./example.ts";
import type { Topic } from "./topic.ts";

const isCode = (name: string): name is Code => Object.hasOwn(codes, name);

/** What a diagnostic code means. */
export const code: Topic = {
  name: "CODE",
  example: "TP1006",
  isAbout: (asked) => /^tp\d+$/i.test(asked),
  explain: async (asked, call) => {
    const name = asked.toUpperCase();
    if (isCode(name)) return { found: true, words: await describe(name, call) };
    return { found: false, words: unknownCode(name) };
  },
};

const describe = async (name: Code, { terminal, flags, parts }: Call): Promise<string> => {
  const color = wantsColor(flags.get(flag.color), terminal.out, terminal.env);
  const { bold, red, yellow, dim } = paint(color);
  const { severity, title, why, fix } = codes[name];
  const colored = severity === "error" ? red : severity === "warning" ? yellow : bold;
  const head = `${colored(`${severity} ${name}`)}  ${bold(title)}\n\n`;
  const { diagnostics, sources } = await shownExample(name, parts);
  if (diagnostics.length === 0) {
    const lines = [entry("why", why, 80, 8), ...(typeof fix === "string" ? [entry("fix", fix, 80, 8)] : [])];
    return `${head}${lines.join("\n")}\n`;
  }
  const formatText = await formatters.text();
  return `${head}${dim("for example")}\n\n${formatText(diagnostics, sources, { color }).trimEnd()}\n`;
};

/** Codes with the longest common beginning: those of the same kind. */
const unknownCode = (name: string): string => {
  const all = Object.keys(codes).filter(isCode);
  const near = [5, 4, 3].map((length) => all.filter((code) => code.startsWith(name.slice(0, length))));
  const listed = near.find((some) => some.length > 0) ?? all;
  return `there is no code ${name}; near it are\n${listed.map((other) => `  ${other}  ${codes[other].title}\n`).join("")}`;
};

import { wantsColor } from "../paint.ts";
import { AlternateScreen } from "./alternate-screen.ts";
import type { DevModel } from "./model.ts";
import type { DevOptions } from "./options.ts";
import { eventLines, statusLine } from "./plain.ts";
import { screenLines } from "./screen.ts";

/** Something that shows models as they come. */
export type Display = {
  show(model: DevModel): void;
  /** One line of talk; the live screen shows the same in its own way. */
  say(text: string): void;
  close(): void;
};

/** The live screen: each model is drawn over the one before. */
const liveDisplay = (color: boolean, quit: () => void): Display => {
  const screen = new AlternateScreen(process.stdin, process.stdout);
  let last: DevModel | null = null;
  const draw = (): void => {
    if (last !== null) screen.draw(screenLines(last, screen.size, color));
  };
  screen.open((key) => {
    // Raw mode: Ctrl-C and Ctrl-D arrive as keys.
    if (key === "q" || key === "Q" || key === "\u0003" || key === "\u0004") quit();
  }, draw);
  return {
    show: (model) => {
      last = model;
      draw();
    },
    say: () => {},
    close: () => screen.close(),
  };
};

const statusEveryMs = 1000;

/** Plain lines for pipes and logs: events as they happen, and a status line a second when a figure changed. */
const plainDisplay = (write: (text: string) => void, say: (text: string) => void): Display => {
  let last: DevModel | null = null;
  let stated = { at: Number.NEGATIVE_INFINITY, figures: "" };
  return {
    show: (model) => {
      for (const line of eventLines(last, model)) write(`${line}\n`);
      last = model;
      if (model.view.live === null || model.now - stated.at < statusEveryMs) return;
      const line = statusLine(model);
      const figures = line.slice(line.indexOf("|"));
      if (figures !== stated.figures) write(`${line}\n`);
      stated = { at: model.now, figures };
    },
    say,
    close: () => {},
  };
};

export const openDisplay = ({ terminal, color }: DevOptions, quit: () => void): Display =>
  terminal.out.isTerminal &&
  process.stdin.isTTY === true &&
  process.stdout.isTTY === true &&
  terminal.env["TERM"] !== "dumb"
    ? liveDisplay(wantsColor(color, terminal.out, terminal.env), quit)
    : plainDisplay(
        (text) => terminal.out.write(text),
        (text) => terminal.err.write(`${text}\n`),
      );

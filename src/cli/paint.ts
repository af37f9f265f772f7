import type { Stream } from "./terminal.ts";

export type ColorWish = "auto" | "always" | "never";

/** Colours only on a terminal that shows them, unless asked for; https://no-color.org. */
export const wantsColor = (wish: ColorWish, stream: Stream, env: NodeJS.ProcessEnv): boolean => {
  if (wish !== "auto") return wish === "always";
  if ((env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb") return false;
  return stream.isTerminal;
};

type Style = (text: string) => string;
export type Paint = {
  readonly bold: Style;
  readonly dim: Style;
  readonly red: Style;
  readonly yellow: Style;
  readonly green: Style;
};

const style =
  (open: number, close: number): Style =>
  (text) =>
    text === "" ? "" : `\u001b[${open}m${text}\u001b[${close}m`;

const plain: Style = (text) => text;

/** SGR codes (ECMA-48 §8.3.117), or nothing at all. */
export const paint = (color: boolean): Paint =>
  color
    ? { bold: style(1, 22), dim: style(2, 22), red: style(31, 39), yellow: style(33, 39), green: style(32, 39) }
    : { bold: plain, dim: plain, red: plain, yellow: plain, green: plain };

import { writeSync } from "node:fs";
import type { Size } from "./screen.ts";

const enter = "\u001b[?1049h\u001b[?25l\u001b[?7l";
const leave = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** The alternate screen of a terminal. Whatever ends the process, the terminal is given back as it was. */
export class AlternateScreen {
  private readonly input: typeof process.stdin;
  private readonly output: typeof process.stdout;
  private isOpen = false;
  private onKey: (key: string) => void = () => {};
  private onResize: () => void = () => {};
  private readonly restore = (): void => {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.input.setRawMode(false);
    // Synchronous: on the way out nothing asynchronous is written any more.
    writeSync(this.output.fd, leave);
  };

  constructor(input: typeof process.stdin, output: typeof process.stdout) {
    this.input = input;
    this.output = output;
  }

  get size(): Size {
    return { columns: this.output.columns || 80, rows: this.output.rows || 24 };
  }

  open(onKey: (key: string) => void, onResize: () => void): void {
    this.onKey = onKey;
    this.onResize = onResize;
    this.isOpen = true;
    process.on("exit", this.restore);
    // Before Node prints the error of a crash, so that it is printed on the screen that stays.
    process.on("uncaughtExceptionMonitor", this.restore);
    this.output.on("resize", this.onResize);
    this.input.setRawMode(true);
    this.input.setEncoding("utf8");
    this.input.on("data", this.onKey);
    this.input.resume();
    this.output.write(enter);
  }

  /** Draws over what is there, in one write that terminals show at once (synchronized output, mode 2026). */
  draw(lines: readonly string[]): void {
    if (!this.isOpen) return;
    this.output.write(
      `\u001b[?2026h\u001b[H${lines.map((line) => `\u001b[2K${line}`).join("\r\n")}\u001b[J\u001b[?2026l`,
    );
  }

  close(): void {
    this.restore();
    this.output.off("resize", this.onResize);
    this.input.off("data", this.onKey);
    this.input.pause();
    process.off("exit", this.restore);
    process.off("uncaughtExceptionMonitor", this.restore);
  }
}

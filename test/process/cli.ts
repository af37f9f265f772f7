import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";

export const root = join(import.meta.dirname, "../..");
export const mainPath = join(root, "src/main.ts");

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string };

/** Environment of a child: nothing of the tester's own flags. */
export const cleanEnv = (env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: process.env["HOME"],
  OTELCOL_BIN: process.env["OTELCOL_BIN"],
  ...env,
});

/** Runs a program in the project's folder to its end. */
export const runProgram = async (
  program: string,
  args: readonly string[],
  given: {
    /** null: stays open and says nothing. */
    readonly stdin?: string | null;
    readonly env?: NodeJS.ProcessEnv;
    readonly cwd?: string;
  } = {},
): Promise<Ended> => {
  const child = spawn(program, args, { cwd: given.cwd ?? root, env: cleanEnv(given.env), stdio: "pipe" });
  child.stdin.on("error", () => {}); // whoever does not read its input is within its rights
  if (given.stdin !== null) child.stdin.end(given.stdin ?? "");
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { code, out, err };
};

export const runMain = (args: readonly string[], given: Parameters<typeof runProgram>[2] = {}): Promise<Ended> =>
  runProgram(process.execPath, [mainPath, ...args], given);

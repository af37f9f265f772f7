import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a script of this folder in the network of the process `pid`, and answers the JSON it prints last. */
export const runInside = (pid: number, script: string, ...args: readonly string[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const file = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn("nsenter", ["--target", String(pid), "--net", process.execPath, file, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "";
    let words = "";
    child.stdout.on("data", (part: Buffer) => {
      out += part.toString("utf8");
    });
    child.stderr.on("data", (part: Buffer) => {
      words += part.toString("utf8");
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(out.trim().split("\n").at(-1) ?? "null"));
      else reject(new Error(`${script} ended with ${code}: ${words}`));
    });
  });

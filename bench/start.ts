import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Benchmark, type Row, timed } from "./benchmark.ts";

const bundle = fileURLToPath(new URL("../dist/otel-policy.js", import.meta.url));
const sample = fileURLToPath(new URL("../samples/01-draft-example", import.meta.url));

const runNode = (...words: readonly string[]): void => {
  const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${words.join(" ")} ended with ${status}: ${stderr}`);
};

export const startSpeed: Benchmark = {
  name: "start",
  run: async () => {
    if (!existsSync(bundle)) throw new Error('dist/ is absent: run "npm run bundle" first');
    const baseline = { what: "node -e 0", value: await timed(() => runNode("-e", "0"), 9, 2) };
    const verbs = [["version"], ["--help"], ["render", sample]];
    const rows: Row[] = [];
    for (const verb of verbs) {
      const value = await timed(() => runNode(bundle, ...verb), 9, 2);
      rows.push({ what: `otel-policy ${verb[0]}, process start to end`, value, unit: "ms", baseline, limit: null });
    }
    return rows;
  },
};

/** `npm run bench [-- NAME…]`: measures and prints one table. Exit code 1 when a limit is passed. */
import { availableParallelism, cpus } from "node:os";
import { agentSpeed } from "./agent.ts";
import { hundred } from "./agent-hundred.ts";
import type { Benchmark, Row } from "./benchmark.ts";
import { compileSpeed } from "./compile.ts";
import { priceSpeed } from "./prices.ts";
import { startSpeed } from "./start.ts";

/** In the order of the table. A new benchmark is a file and a line here. */
const benchmarks: readonly Benchmark[] = [compileSpeed, startSpeed, agentSpeed, hundred, priceSpeed];

const rounded = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

const cells = ({ what, value, unit, baseline, limit }: Row): readonly string[] => [
  what,
  `${rounded(value)} ${unit}`,
  `${rounded(value / baseline.value)} × ${baseline.what} (${rounded(baseline.value)} ${unit})`,
  limit === null ? "" : `${value <= limit ? "within" : "PASSES"} ${limit} ${unit}`,
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `no benchmark ${unknown.join(", ")}; there are ${benchmarks.map(({ name }) => name).join(", ")}\n`,
  );
  process.exit(2);
}
const rows: Row[] = [];
for (const { name, run } of benchmarks) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`measuring ${name}\n`);
  rows.push(...(await run()));
}
const table = [["what", "median", "ratio", "limit"], ...rows.map(cells)];
const widths = [0, 1, 2].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
process.stdout.write(`${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown CPU"}\n`);
for (const line of table) {
  process.stdout.write(
    `${line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}\n`,
  );
}
if (rows.some(({ value, limit }) => limit !== null && value > limit)) process.exitCode = 1;

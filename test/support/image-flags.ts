import { readFileSync } from "node:fs";
import { join } from "node:path";

const dockerfile = join(import.meta.dirname, "../../Dockerfile");

/** How the image runs the agent: flags of Node.js, and what its memory allocator is told. */
export const asShipped = (): {
  readonly flags: readonly string[];
  readonly env: { readonly [name: string]: string };
} => {
  const text = readFileSync(dockerfile, "utf8");
  const words: readonly string[] = JSON.parse(/^ENTRYPOINT (\[.*\])$/m.exec(text)?.[1] ?? "[]");
  const [, arenas] = /\bMALLOC_ARENA_MAX=(\d+)/.exec(text) ?? [];
  const flags = words.filter((word) => word.startsWith("--"));
  if (flags.length === 0 || arenas === undefined) throw new Error("the Dockerfile says nothing of flags and arenas");
  return { flags, env: { MALLOC_ARENA_MAX: arenas } };
};

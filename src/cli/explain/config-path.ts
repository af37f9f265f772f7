import { suggestions } from "../../base/suggest.ts";
import type { RenderedPart } from "../../render/types.ts";
import { originText } from "../origin-text.ts";
import { chosenPart } from "../rendered-part.ts";
import { columns } from "../wrap.ts";
import { compiledPolicies } from "./compiled-policies.ts";
import type { Topic } from "./topic.ts";

const mostLines = 40;

/** From a line of the rendered config back to whoever caused it. The path is the Collector's own: `processors::filter/a::traces`. */
export const configPath: Topic = {
  name: "CONFIG-PATH",
  example: "service::pipelines",
  isAbout: (asked) => asked.includes("::") || sections.includes(asked),
  explain: async (asked, call) => {
    const { topology, pick } = chosenPart(call.flags);
    const { compilation, sources } = await compiledPolicies(call, topology);
    if (compilation.rendered === null)
      return { found: false, words: "the base config is unusable, so nothing is rendered\n" };
    const part = pick(compilation.rendered);
    const found = leavesAt(asked, part);
    if (found.length === 0) return { found: false, words: nothingAt(asked, part) };
    const rows = found.slice(0, mostLines).map(([path, origin]) => [path, originText(origin, sources)]);
    const more = found.length > mostLines ? `  … and ${found.length - mostLines} more below it\n` : "";
    return { found: true, words: `${columns(rows, 0)}\n${more}` };
  },
};

const sections = ["receivers", "processors", "exporters", "connectors", "extensions", "service"];

const leavesAt = (asked: string, { sourceMap }: RenderedPart) =>
  [...sourceMap].filter(([path]) => path === asked || path.startsWith(`${asked}::`));

const nothingAt = (asked: string, { sourceMap }: RenderedPart): string => {
  const depth = asked.split("::").length;
  const known = new Set([...sourceMap.keys()].map((path) => path.split("::").slice(0, depth).join("::")));
  const near = suggestions(asked, known);
  return `nothing is rendered at ${asked}\n${near.map((path) => `  near it: ${path}\n`).join("")}`;
};

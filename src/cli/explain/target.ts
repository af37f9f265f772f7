import { suggestions } from "../../base/suggest.ts";
import { placeOf } from "../../diagnostics/format/text.ts";
import { type EffectivePolicy, targetKey } from "../../resolve/types.ts";
import * as flag from "../flag-table.ts";
import { paint, wantsColor } from "../paint.ts";
import { columns } from "../wrap.ts";
import { compiledPolicies } from "./compiled-policies.ts";
import type { Topic } from "./topic.ts";

/** Who governs a target, who lost it, and where each setting comes from. */
export const target: Topic = {
  name: "TARGET",
  example: "Gateway/prod-ns/my-gateway",
  isAbout: (asked) => /^(?:Gateway\/[^/]+|Namespace)\/[^/]+$/.test(asked),
  explain: async (asked, call) => {
    const { compilation, sources } = await compiledPolicies(call, "single");
    const found = compilation.effective.find((effective) => targetKey(effective.target) === asked);
    if (found === undefined) return { found: false, words: ungoverned(asked, compilation.effective) };
    const { flags, terminal } = call;
    if (flags.get(flag.native)) return { found: true, words: (await import("./native.ts")).nativeWords(found, flags) };
    const { bold } = paint(wantsColor(flags.get(flag.color), terminal.out, terminal.env));
    const { policy, losers } = found;
    const spans = new Map(compilation.policies.policies.map(({ id, span }) => [id, span]));
    const lost = losers.map((loser) => {
      const span = spans.get(loser.policy);
      return ["not", loser.policy, span === undefined ? "" : placeOf(span, sources), `lost by ${loser.decidedBy}`];
    });
    const head = columns([["governed by", policy.id, placeOf(policy.span, sources)], ...lost]);
    const { settingsOf } = await import("./settings.ts");
    const settings = settingsOf(policy, sources).map(({ title, rows }) => `${bold(title)}\n${columns(rows)}\n`);
    return { found: true, words: `${bold(asked)}\n${head}\n\n${settings.join("\n")}` };
  },
};

const ungoverned = (asked: string, effective: readonly EffectivePolicy[]): string => {
  const known = effective.map((each) => targetKey(each.target));
  const near = suggestions(asked, known);
  const listed = near.length > 0 ? near : known.slice(0, 10);
  const governed = listed.map((key) => `  governed: ${key}\n`).join("");
  return `no policy governs ${asked}: its records go the platform's default way, untouched\n${governed}`;
};

import { names } from "../../dataplane/identity.ts";
import { platformSnippets } from "../../dataplane/platform.ts";
import { chosenProfiles } from "../../dataplane/profiles.ts";
import { nativeWish } from "../../plan/native-wish.ts";
import { parseEndpoint } from "../../policy/values/endpoint.ts";
import type { EffectivePolicy } from "../../resolve/types.ts";
import * as flag from "../flag-table.ts";
import type { Flags } from "../flags.ts";
import { UsageError } from "../usage-error.ts";
import { wrap } from "../wrap.ts";

/** Lines of a YAML comment, at most 100 columns wide. */
const comment = (text: string, lead = "# "): readonly string[] =>
  wrap(text, 100 - lead.length).map((line, at) => (at === 0 ? lead : `#${" ".repeat(lead.length - 1)}`) + line);

const signals = ["traces", "metrics", "logs"] as const;

const addressOf = (written: string): { readonly host: string; readonly port: number } => {
  const endpoint = parseEndpoint(written);
  if ("problem" in endpoint)
    throw new UsageError(`--otlp-endpoint "${written}" ${endpoint.problem}: ${endpoint.remedy}`);
  return { host: endpoint.host, port: endpoint.port ?? 4317 };
};

/** The manifests that make the proxies of a target send what its policy needs, per chosen data plane. Valid YAML: all talk is comments. */
export const nativeWords = ({ policy, target }: EffectivePolicy, flags: Flags): string => {
  const otlp = addressOf(flags.get(flag.otlpEndpoint));
  const name = target.kind === "Gateway" ? `Gateway ${target.namespace}/${target.name}` : `Namespace ${target.name}`;
  const parts = chosenProfiles(flags.get(flag.dataPlane)).flatMap((profile) => {
    const wish = nativeWish(policy, target, profile, otlp);
    const isNamed = signals.some((signal) => names(profile, signal, target.kind));
    const snippets = isNamed ? [...profile.native(wish), ...platformSnippets(profile, wish)] : [];
    const missing = signals.flatMap((signal) => {
      const untold = wish.signals[signal] ? profile.untold?.[signal] : undefined;
      return target.kind === "Gateway" && untold !== undefined
        ? comment(`${signal}: ${untold.reason}; ${untold.remedy}`, "# ! ")
        : [];
    });
    const head = [
      ...comment(`${profile.title} (--data-plane ${profile.name}), for policy ${policy.id} on ${name}`),
      ...missing,
      ...(isNamed
        ? []
        : comment(
            `nothing makes it say which ${target.kind} its telemetry belongs to: the policy cannot be enforced there`,
            "# ! ",
          )),
      ...profile.traps.flatMap((trap) => comment(trap, "# - ")),
    ].join("\n");
    const texts = snippets.map(({ does, language, text }) => {
      const body = language === "yaml" ? text : text.replace(/^(?=.)/gm, "#   ");
      return `${comment(does, "# → ").join("\n")}\n${body}`;
    });
    return [`${head}\n`, ...texts];
  });
  return parts.join("---\n");
};

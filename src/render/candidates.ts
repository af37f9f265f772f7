import { canonicalJson } from "../base/canonical.ts";
import type { DataPlaneProfile, IdentitySource, Signal } from "../dataplane/profile.ts";

export type RecordSource = Extract<IdentitySource, { kind: "recordGateway" | "recordNamespace" }>;

/** A source of identity, with the chosen profiles that name their targets so. */
export type Candidate = {
  /** Stable within a signal and kind of target. */
  readonly id: string;
  readonly source: IdentitySource;
  /** How it writes a target. */
  readonly form: string;
  /** Present, it is believed, and no later source is asked. */
  readonly decisive: boolean;
  readonly profiles: readonly DataPlaneProfile[];
};

const kindOf = (source: IdentitySource): "Gateway" | "Namespace" =>
  source.kind === "namespace" || source.kind === "recordNamespace" ? "Namespace" : "Gateway";

const formOf = (source: IdentitySource): string => {
  switch (source.kind) {
    case "gatewayPair":
      return "{namespace}/{name}";
    case "namespace":
      return "{name}";
    case "gatewayJoined":
    case "recordGateway":
    case "recordNamespace":
      return source.form;
  }
};

/** A resource's word counts before its records', and what speaks of Gateways outright before what others have, too. */
const rank = (source: IdentitySource): number => {
  switch (source.kind) {
    case "recordGateway":
    case "recordNamespace":
      return 2;
    case "namespace":
      return 0;
    case "gatewayPair":
    case "gatewayJoined":
      return source.common === true ? 1 : 0;
  }
};

/** The sources of the chosen profiles for one kind of target, each once, most trustworthy first. */
export const candidatesOf = (
  profiles: readonly DataPlaneProfile[],
  signal: Signal,
  kind: "Gateway" | "Namespace",
): readonly Candidate[] => {
  const found = new Map<string, { source: IdentitySource; profiles: DataPlaneProfile[] }>();
  for (const profile of profiles) {
    for (const source of profile.identify[signal]) {
      if (kindOf(source) !== kind) continue;
      const key = canonicalJson(source);
      const known = found.get(key);
      if (known === undefined) found.set(key, { source, profiles: [profile] });
      else known.profiles.push(profile);
    }
  }
  return [...found.values()]
    .sort((a, b) => rank(a.source) - rank(b.source))
    .map((each, index) => ({
      ...each,
      id: `${kind === "Gateway" ? "g" : "n"}${index}`,
      form: formOf(each.source),
      decisive: rank(each.source) === 0,
    }));
};

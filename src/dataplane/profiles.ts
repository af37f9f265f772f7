import { envoyGateway } from "./envoy-gateway.ts";
import { otlp } from "./otlp.ts";
import type { DataPlaneProfile } from "./profile.ts";

/** Every data plane we know, most trustworthy identity first: explicit attributes before strings that must be read. */
export const profiles: readonly DataPlaneProfile[] = [
  otlp, // says outright what it belongs to
  envoyGateway, // says it in names of its own
];

export const profileNames: readonly string[] = profiles.map((profile) => profile.name);

/** The chosen profiles in the order of trust, whatever order they were asked for in; unknown names are left out. */
export const chosenProfiles = (names: readonly string[]): readonly DataPlaneProfile[] =>
  profiles.filter((profile) => names.includes(profile.name));

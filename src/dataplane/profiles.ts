import { agentgateway } from "./agentgateway.ts";
import { envoy } from "./envoy.ts";
import { envoyAiGateway } from "./envoy-ai-gateway.ts";
import { envoyGateway, envoyGatewayMerged } from "./envoy-gateway.ts";
import { inferenceGateway } from "./inference-gateway.ts";
import { istio } from "./istio.ts";
import { kgateway } from "./kgateway.ts";
import { kong } from "./kong.ts";
import { kuadrant } from "./kuadrant.ts";
import { otlp } from "./otlp.ts";
import type { DataPlaneProfile } from "./profile.ts";

/** Every data plane we know. Where several share a source of identity and none bears its mark, the first one is taken. */
export const profiles: readonly DataPlaneProfile[] = [
  otlp, // says outright what it belongs to
  agentgateway, // every record names its Gateway
  envoyAiGateway, // Envoy Gateway and more, so before it
  envoyGateway, // says it in names of its own
  kgateway, // the same names, in fewer places
  envoyGatewayMerged, // says too little
  istio, // by the name of a Deployment
  kong, // by attributes its owner sets
  inferenceGateway, // by its namespace
  kuadrant, // beside one of the others
  envoy, // whatever its owner says
];

export const profileNames: readonly string[] = profiles.map((profile) => profile.name);

/** What is taken where nobody says which data planes there are; each further one costs every record a little. */
export const defaultProfileNames: readonly string[] = [otlp.name, envoyGateway.name];

/** The chosen profiles in the order of trust, whatever order they were asked for in; unknown names are left out. */
export const chosenProfiles = (names: readonly string[]): readonly DataPlaneProfile[] =>
  profiles.filter((profile) => names.includes(profile.name));

import { envoyLog } from "./envoy-log.ts";
import { envoySpans, type HeaderTags } from "./envoy-spans.ts";
import { type Resource, type Scope, text } from "./otlp.ts";
import type { RequestKind } from "./request.ts";
import type { Source } from "./source.ts";

/** Build of the recorded Envoy, as it names itself in scope and resource. */
const envoyVersion = "9e5580933739775e8bce696a57a2e1bc99368f23/1.40.0/Clean/RELEASE/BoringSSL";

const routes: { readonly [kind in RequestKind]: string } = {
  chat: "chat",
  unavailable: "chat",
  tool: "tools",
  mcp: "tools",
  sensitive: "rest",
  api: "rest",
  missing: "rest",
};

export type EnvoyGatewayOptions = {
  readonly namespace: string;
  readonly gateway: string;
  readonly tags?: HeaderTags;
};

/** A Gateway run by Envoy Gateway: spans name it in `service.name`, logs in `cluster_name`. */
export const envoyGateway = ({ namespace, gateway, tags = { model: "x-model-id" } }: EnvoyGatewayOptions): Source => {
  const node = `envoy-${namespace}-${gateway}-5f7c9`;
  const spanResource: Resource = {
    attributes: [
      text("telemetry.sdk.version", envoyVersion),
      text("telemetry.sdk.language", "cpp"),
      text("service.name", `${gateway}.${namespace}`),
      text("telemetry.sdk.name", "envoy"),
    ],
  };
  const logResource: Resource = {
    attributes: [
      text("log_name", "otel_envoy_accesslog"),
      text("zone_name", ""),
      text("cluster_name", `${namespace}/${gateway}`),
      text("node_name", node),
    ],
  };
  const scope: Scope = { name: "envoy", version: envoyVersion };
  return {
    target: `Gateway/${namespace}/${gateway}`,
    records: (request) => {
      const cluster = `httproute/${namespace}/${routes[request.kind]}/rule/0`;
      const spans = envoySpans(request, node, cluster, tags);
      return {
        spans: spans.length === 0 ? [] : [{ resource: spanResource, scope, spans }],
        logs: [{ resource: logResource, scope: {}, logs: [envoyLog(request, node, cluster)] }],
      };
    },
  };
};

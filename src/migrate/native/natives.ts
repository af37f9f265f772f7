import { agentgatewayNative } from "./agentgateway.ts";
import { envoyGatewayNative } from "./envoy-gateway.ts";
import { inferenceGatewayNative } from "./inference-gateway.ts";
import { istioNative } from "./istio.ts";
import { kongNative } from "./kong.ts";
import { kuadrantNative } from "./kuadrant.ts";
import type { NativeWriter } from "./native.ts";

/** Data planes that policies can be written for, as `--to` names them. */
export const natives: readonly NativeWriter[] = [
  istioNative,
  envoyGatewayNative,
  kongNative,
  kuadrantNative,
  inferenceGatewayNative,
  agentgatewayNative,
];

export const nativeNames: readonly string[] = natives.map(({ name }) => name);

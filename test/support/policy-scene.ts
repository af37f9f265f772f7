import type { AgentOptions } from "../../src/agent/options.ts";
import { inspect } from "../../src/collector/inspect.ts";
import { compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";
import { type Scene, startScene } from "./agent.ts";
import { requireCollector } from "./collector.ts";
import { freePorts } from "./free-port.ts";
import { testBase } from "./policy-collector.ts";
import { type Sink, startSink } from "./sink.ts";

/** An agent with the real compiler and the real Collector; `sink` stands in for every provider. */
export type PolicyScene = Scene & {
  /** What the platform's default exporters got. */
  readonly defaults: Sink;
  /** Port of the platform's Prometheus exporter. */
  readonly prometheus: number;
};

export const startPolicyScene = async (
  files: { readonly [name: string]: string },
  changes: Partial<AgentOptions> = {},
): Promise<PolicyScene> => {
  const [otlp = 0, prometheus = 0] = await freePorts(2);
  const [defaults, backend] = await Promise.all([startSink(), startSink()]);
  const path = requireCollector();
  const { value } = await inspect(path, { env: process.env });
  if (value === null) throw new Error(`${path} cannot be asked`);
  const scene = await startScene(files, {
    compile,
    base: testBase({ otlp, prometheus }, defaults),
    dataPlanes: defaultProfileNames,
    redirectSinks: backend.url,
    collector: { path, ...value, source: "built" },
    ...changes,
  }).catch(async (error: unknown) => {
    await Promise.all([defaults.close(), backend.close()]);
    throw error;
  });
  // The scene's own sink has no part in it.
  await scene.sink.close();
  const { end } = scene;
  return Object.assign(scene, {
    sink: backend,
    endpoint: `http://127.0.0.1:${otlp}`,
    defaults,
    prometheus,
    end: async () => {
      await end();
      await Promise.all([defaults.close(), backend.close()]);
    },
  });
};

/** A policy for the Gateway `prod/<gateway>` that puts `mark` on each of its spans; `more` is the rest of its spec. */
export const markPolicy = (
  name: string,
  mark: string,
  gateway = name,
  more = "",
): string => `apiVersion: gateway.networking.k8s.io/v1alpha2
kind: TelemetryPolicy
metadata: {name: ${name}, namespace: prod}
spec:
  targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: ${gateway}}
  tracing:
    provider: {type: OTLP, endpoint: "otel-collector.monitoring.svc:4317"}
    customAttributes: [{attributeName: mark, literalValue: "${mark}"}]
${more}`;

/** Counts its requests, and nothing that would have to know models and prices. */
export const countsRequests = `  metrics:
    enabled: true
    provider: {type: Prometheus}
`;

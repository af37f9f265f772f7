import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Compilation, compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";
import type { SourceFile } from "../../src/diagnostics/source.ts";
import type { Export } from "../../src/traffic/batch.ts";
import { connect } from "../../src/traffic/post.ts";
import { type RunningCollector, runCollector } from "./collector.ts";
import { freePorts } from "./free-port.ts";
import { type PromSample, scrapeProm } from "./prom.ts";
import { type Sink, startSink } from "./sink.ts";

const root = join(import.meta.dirname, "../..");

export const sampleFile = (name: string): SourceFile => {
  const path = `samples/${name}/policy.yaml`;
  return { path, text: readFileSync(join(root, path), "utf8") };
};

/** A platform's config for tests: OTLP/HTTP in (and gRPC, if wanted), a sink as default exporter of all signals, and a Prometheus endpoint. */
export const testBase = (
  ports: { readonly otlp: number; readonly prometheus: number; readonly grpc?: number },
  sink: Sink,
): SourceFile => ({
  path: "base.yaml",
  text: `receivers:
  otlp: {protocols: {http: {endpoint: "127.0.0.1:${ports.otlp}"}${ports.grpc === undefined ? "" : `, grpc: {endpoint: "127.0.0.1:${ports.grpc}"}`}}}
exporters:
  otlp_http/default: {endpoint: "${sink.url}", encoding: json, compression: none, tls: {insecure: true}}
  prometheus: {endpoint: "127.0.0.1:${ports.prometheus}"}
service:
  telemetry: {metrics: {level: none}}
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_http/default]}
    metrics: {receivers: [otlp], exporters: [otlp_http/default, prometheus]}
    logs: {receivers: [otlp], exporters: [otlp_http/default]}
`,
});

export type PolicyCollector = {
  readonly compilation: Compilation;
  /** What the platform's default exporters got. */
  readonly defaults: Sink;
  /** What policies' own providers got, whatever their endpoint said. */
  readonly backend: Sink;
  readonly collector: RunningCollector;
  /** Where the platform's Prometheus endpoint listens. */
  readonly prometheusPort: number;
  /** Sends in order and answers how many items were refused. */
  send(exports: readonly Export[]): Promise<number>;
  scrape(): Promise<readonly PromSample[]>;
  stop(): Promise<void>;
};

/** The real Collector with the single-topology config of these policies. */
export const runPolicies = async (
  files: readonly SourceFile[],
  dataPlanes: readonly string[] = defaultProfileNames,
  /** A port to take OTLP over gRPC on as well: real proxies speak it. */
  grpc?: number,
  baseOf: typeof testBase = testBase,
  prices: SourceFile | null = null,
): Promise<PolicyCollector> => {
  const [otlp = 0, prometheus = 0] = await freePorts(2);
  const [defaults, backend] = await Promise.all([startSink(), startSink()]);
  const compilation = compile(files, {
    dataPlanes,
    rootNamespace: null,
    allowEndpoints: [],
    base: baseOf({ otlp, prometheus, ...(grpc === undefined ? {} : { grpc }) }, defaults),
    topology: "single",
    collector: null,
    redirectSinks: backend.url,
    prices,
  });
  if (compilation.rendered === null) throw new Error(`nothing rendered: ${JSON.stringify(compilation.diagnostics)}`);
  const collector = await runCollector({
    config: compilation.rendered.core.yaml,
    ports: grpc === undefined ? [otlp] : [otlp, grpc],
  });
  const { post, close } = connect(`http://127.0.0.1:${otlp}`);
  return {
    compilation,
    defaults,
    backend,
    collector,
    prometheusPort: prometheus,
    send: async (exports) => {
      let rejected = 0;
      for (const item of exports) rejected += (await post(item)).rejected;
      return rejected;
    },
    scrape: () => scrapeProm(prometheus),
    stop: async () => {
      close();
      await collector.stop();
      await Promise.all([defaults.close(), backend.close()]);
    },
  };
};

/** Sum of the samples of a name whose labels include these. */
export const total = (
  samples: readonly PromSample[],
  name: string,
  labels: { readonly [name: string]: string } = {},
): number =>
  samples
    .filter(
      (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, sample) => sum + sample.value, 0);

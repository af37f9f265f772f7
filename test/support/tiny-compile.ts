import { sha256 } from "../../src/base/canonical.ts";
import type { Compilation, CompileOptions } from "../../src/compile.ts";
import { type Diagnostic, diagnostic } from "../../src/diagnostics/diagnostic.ts";
import type { SourceFile } from "../../src/diagnostics/source.ts";
import type { PolicySet } from "../../src/policy/types.ts";
import { environment } from "../../src/render/types.ts";

/** What a tiny policy file can say, one word per line. */
type Words = {
  readonly mark: string;
  readonly listen: string | null;
  readonly broken: "no" | "text" | "config" | "start";
};

const wordsOf = (text: string): Words => ({
  mark: /^mark: (\w+)$/m.exec(text)?.[1] ?? "none",
  listen: /^listen: (\d+)$/m.exec(text)?.[1] ?? null,
  broken: text.includes("not a policy")
    ? "text"
    : text.includes("no such processor")
      ? "config"
      : text.includes("cannot start")
        ? "start"
        : "no",
});

const variable = (name: string): string => `\${env:${name}}`;

const telemetry = (name: string, digest: string): string => `
  telemetry:
    logs: { level: warn }
    metrics:
      readers: [{ pull: { exporter: { prometheus: { host: 127.0.0.1, port: "${variable(environment.telemetryPort)}" } } } }]
    resource: { attributes: [{ name: service.name, value: ${name} }${digest}] }`;

const health = `health_check: { endpoint: "${variable(environment.healthSocket)}", transport: unix }`;

/**
 * Stands in for the compiler: each policy file names a mark that is put on every span, so that a test sees which
 * generation a span went through. The base file's text is the port that ingest listens on, unless a file says `listen:`.
 */
export const tinyCompile =
  (sink: string) =>
  (files: readonly SourceFile[], { base }: Pick<CompileOptions, "base">): Compilation => {
    const broken = files.filter(({ text }) => wordsOf(text).broken === "text");
    const sound = files.filter((file) => !broken.includes(file));
    const diagnostics: Diagnostic[] = broken.map(({ path }) =>
      diagnostic("TP1005", { problem: "not a policy", remedy: "write one" }, { file: path, start: 0, end: 1 }),
    );
    const all = sound.map(({ text }) => wordsOf(text));
    const marks = all.map(({ mark }) => mark).join("+");
    const extra = all.some(({ broken: how }) => how === "config") ? ", nonsense" : "";
    const missing = all.some(({ broken: how }) => how === "start")
      ? "\n  file/absent: { path: /nonexistent/folder/file.json }"
      : "";
    const port = all.find(({ listen }) => listen !== null)?.listen ?? base.text;
    const ingest = `
receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:${port}" } } } }
exporters:
  otlp_grpc:
    endpoint: "unix://${variable(environment.runDir)}/core.sock"
    tls: { insecure: true }
    sending_queue: { queue_size: 10000, block_on_overflow: true }
    retry_on_failure: { initial_interval: 20ms, max_interval: 200ms }
extensions: { ${health} }
service:
  extensions: [health_check]${telemetry("ingest", "")}
  pipelines: { traces: { receivers: [otlp], exporters: [otlp_grpc] } }
`;
    const core = `
receivers: { otlp: { protocols: { grpc: { endpoint: "${variable(environment.coreSocket)}", transport: unix } } } }
processors: { attributes/mark: { actions: [{ key: mark, value: "${marks}", action: insert }] } }
exporters:
  otlp_http: { endpoint: "${sink}", encoding: json, compression: none }${missing}
extensions: { ${health} }
service:
  extensions: [health_check]${telemetry("core", `, { name: otel_policy.digest, value: "${variable(environment.digest)}" }`)}
  pipelines: { traces: { receivers: [otlp], processors: [attributes/mark${extra}], exporters: [otlp_http${missing === "" ? "" : ", file/absent"}] } }
`;
    const policies: PolicySet = { policies: [], context: [], rejected: [] };
    return {
      policies,
      effective: [],
      plan: { families: [], targets: [], classes: [], sinks: [] } as unknown as Compilation["plan"],
      rendered: {
        ingest: { config: {}, yaml: ingest, sourceMap: new Map() },
        core: { config: {}, yaml: core, sourceMap: new Map() },
        digest: sha256(core),
        ingestDigest: sha256(ingest),
      },
      status: [],
      diagnostics,
    };
  };

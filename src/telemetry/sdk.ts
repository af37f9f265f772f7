import { randomUUID } from "node:crypto";
import { DiagLogLevel, diag } from "@opentelemetry/api";
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import type { Clock } from "../base/clock.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { Log } from "./log.ts";

export type Sdk = {
  /** Sends what is left, for at most `limitMs`. Never rejects. */
  readonly shutdown: (limitMs: number) => Promise<void>;
};

export type SdkOptions = {
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  readonly log: Log;
  readonly clock: Clock;
};

/**
 * Exports the agent's own telemetry by OTLP, only where OTEL_EXPORTER_OTLP_ENDPOINT says so. Start it before meters and
 * tracers are taken. The SDK is loaded only then: it costs more memory than the rest of the agent.
 */
export const startSdk = async (
  options: SdkOptions,
): Promise<{ readonly sdk: Sdk | null; readonly problem: Diagnostic | null }> => {
  const { env, log, clock } = options;
  if ((env["OTEL_EXPORTER_OTLP_ENDPOINT"] ?? "") === "" || env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true") {
    return { sdk: null, problem: null };
  }
  try {
    const { startNodeSdk } = await import("@opentelemetry/sdk-node");
    const running = startNodeSdk({
      logLevel: "warn",
      resourceAttributes: resourceOf(options),
      // The process detector would publish the command line.
      resourceDetectors: [],
      // The agent's log goes to stderr, where the platform collects it.
      logRecordProcessors: [],
    });
    // A backend that is away is no failure of the agent: the SDK's complaints are warnings, and repeat-limited.
    const warn = (message: string, ...details: unknown[]): void =>
      log("warn", `own telemetry: ${message}`, {
        details: details.length === 0 ? undefined : details.map(String).join(" "),
      });
    const quiet = (): void => {};
    diag.setLogger(
      { error: warn, warn, info: quiet, debug: quiet, verbose: quiet },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
    return { sdk: { shutdown: (limitMs) => within(running.shutdown(), limitMs, clock, log) }, problem: null };
  } catch (error) {
    return {
      sdk: null,
      problem: diagnostic("TP5030", { reason: error instanceof Error ? error.message : String(error) }, null),
    };
  }
};

/** Attributes given here win over OTEL_RESOURCE_ATTRIBUTES, so a name that the platform gives must be left to it. */
const resourceOf = ({ env, version }: SdkOptions): { [attribute: string]: string } => {
  const given = env["OTEL_RESOURCE_ATTRIBUTES"] ?? "";
  const names = new Set(given.split(",").map((pair) => pair.split("=")[0]?.trim()));
  const own = {
    [ATTR_SERVICE_NAME]: "otel-policy-agent",
    [ATTR_SERVICE_VERSION]: version,
    [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
  };
  const resource: { [attribute: string]: string } = Object.fromEntries(
    Object.entries(own).filter(([name]) => !names.has(name)),
  );
  const serviceName = env["OTEL_SERVICE_NAME"];
  if (serviceName !== undefined && serviceName !== "") resource[ATTR_SERVICE_NAME] = serviceName;
  return resource;
};

const within = (work: Promise<void>, limitMs: number, clock: Clock, log: Log): Promise<void> =>
  new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => {
      log("warn", "own telemetry: not everything was sent before the end", { limit_ms: limitMs });
      resolve();
    });
    const done = (): void => {
      cancel();
      resolve();
    };
    work.then(done, (error: unknown) => {
      log("warn", "own telemetry: the last export failed", {
        error: error instanceof Error ? error.message : String(error),
      });
      done();
    });
  });

/**
 * What is heavy to load, or must be replaced in tests: each verb loads what it needs when it needs it, so that
 * `--help` and `validate` never pay for the agent or the OpenTelemetry SDK.
 */
export const parts = {
  compile: async () => (await import("../compile.ts")).compile,
  migrate: async () => ({
    ...(await import("../migrate/migrate.ts")),
    ...(await import("../migrate/to-native.ts")),
    ...(await import("../migrate/report.ts")),
  }),
  budgets: async () => ({
    ...(await import("../plan/budgets.ts")),
    ...(await import("../render/budget-rules.ts")),
  }),
  prices: async () => await import("../plan/gen-ai-prices.ts"),
  findCollector: async () => (await import("../collector/find.ts")).findCollector,
  validateConfig: async () => (await import("../collector/validate.ts")).validateConfig,
  serve: async () => (await import("../web/server.ts")).serve,
  createLog: async () => (await import("../telemetry/log.ts")).createLog,
  startSdk: async () => (await import("../telemetry/sdk.ts")).startSdk,
  startAgent: async () => (await import("../agent/agent.ts")).startAgent,
  statusWriter: async () => ({
    ...(await import("../agent/status-writer.ts")),
    ...(await import("../agent/status-writer-api.ts")),
    ...(await import("../agent/node-pods.ts")),
  }),
  runDev: async () => (await import("./dev/dev.ts")).runDev,
} as const;

export type Parts = typeof parts;

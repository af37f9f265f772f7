import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Agent, startAgent } from "../../src/agent/agent.ts";
import type { AgentOptions } from "../../src/agent/options.ts";
import type { AgentView } from "../../src/agent/view.ts";
import { systemClock } from "../../src/collector/system-clock.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { serve } from "../../src/web/server.ts";
import { requireCollector } from "./collector.ts";
import { freePort } from "./free-port.ts";
import { poll } from "./poll.ts";
import { type Sink, startSink } from "./sink.ts";
import { tinyCompile } from "./tiny-compile.ts";

/** An agent in a folder of its own, with a sink behind it. */
export type Scene = {
  readonly agent: Agent;
  readonly sink: Sink;
  /** Where ingest takes OTLP/HTTP. */
  readonly endpoint: string;
  readonly folder: string;
  readonly runDir: string;
  readonly findings: Diagnostic[];
  /** Every view that was told, newest last. */
  readonly views: AgentView[];
  write(name: string, text: string): void;
  /** Waits for a view that fits. */
  until(what: string, fits: (view: AgentView) => boolean): Promise<AgentView>;
  end(): Promise<void>;
};

export const startScene = async (
  files: { readonly [name: string]: string },
  changes: Partial<AgentOptions> = {},
): Promise<Scene> => {
  const root = mkdtempSync(join(tmpdir(), "agent-"));
  const folder = join(root, "policies");
  const runDir = join(root, "run");
  mkdirSync(folder);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  const [sink, port] = await Promise.all([startSink(), freePort()]);
  const findings: Diagnostic[] = [];
  const views: AgentView[] = [];
  const agent = await startAgent({
    policyDirs: [folder],
    base: { path: "base.yaml", text: String(port) },
    dataPlanes: [],
    rootNamespace: null,
    allowEndpoints: [],
    redirectSinks: null,
    collector: { path: requireCollector(), version: "0.158.0", components: new Set(), source: "built" },
    env: { PATH: process.env["PATH"] },
    collectorStdout: "ignore",
    endWithParent: true,
    runDir,
    debounceMs: 30,
    resyncMs: 30_000,
    reloadTimeoutMs: 10_000,
    observeMs: 500,
    listen: "127.0.0.1:0",
    serve,
    once: false,
    log: createLog({ level: "error", format: "logfmt", clock: systemClock, write: () => {} }),
    clock: systemClock,
    onFinding: (found) => {
      findings.push(...found);
    },
    compile: tinyCompile(sink.url),
    ...changes,
  }).catch(async (error: unknown) => {
    await sink.close(); // an open server would keep the test's process alive
    rmSync(root, { recursive: true, force: true });
    throw error;
  });
  agent.subscribe((view) => {
    views.push(view);
  });
  const until: Scene["until"] = async (what, fits) => {
    try {
      return await poll(what, () => (fits(agent.view()) ? agent.view() : null), 15_000, 10);
    } catch (error) {
      throw new Error(`${what}; the agent says ${JSON.stringify(agent.view(), null, 1)}`, { cause: error });
    }
  };
  return {
    agent,
    sink,
    endpoint: `http://127.0.0.1:${port}`,
    folder,
    runDir,
    findings,
    views,
    write,
    until,
    end: async () => {
      await agent.stop();
      await sink.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
};

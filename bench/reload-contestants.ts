import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../src/compile.ts";
import { defaultProfileNames } from "../src/dataplane/profiles.ts";
import type { SourceFile } from "../src/diagnostics/source.ts";
import { requireCollector } from "../test/support/collector.ts";
import { testBase } from "../test/support/policy-collector.ts";
import { startPolicyScene } from "../test/support/policy-scene.ts";
import { poll } from "../test/support/poll.ts";
import type { Sink } from "../test/support/sink.ts";

/** One way to bring policies into service. */
export type Contestant = {
  readonly name: string;
  /** Starts with these policies; answers where it takes OTLP, and where records end up. */
  readonly start: (policy: string, folder: string) => Promise<Running>;
};

export type Running = {
  readonly endpoint: string;
  readonly sinks: readonly Sink[];
  /** Brings a policy into service. */
  apply(policy: string): void;
  /** Brings something broken into service: a policy for whoever reads policies, else a config as it would come of it. */
  applyBroken(broken: Broken): void;
  stop(): Promise<void>;
};

/** The same mistake, as an author of policies makes it and as an author of configs does. */
export type Broken = {
  readonly what: string;
  readonly policy: (good: string) => string;
  readonly config: (good: string) => string;
};

const agent = (name: string, topology: "handover" | "single"): Contestant => ({
  name,
  start: async (policy) => {
    const scene = await startPolicyScene({ "a.yaml": policy }, { topology, debounceMs: 20 }); // the default
    await scene.until("ready", ({ ready }) => ready);
    return {
      endpoint: scene.endpoint,
      sinks: [scene.sink, scene.defaults],
      apply: (text) => scene.write("a.yaml", text),
      applyBroken: ({ policy: breaks }) => scene.write("a.yaml", breaks(policy)),
      stop: () => scene.end(),
    };
  },
});

/** A Collector with the config that `render` prints, told or started anew by hand or by whatever watches the file. */
const plain = (
  name: string,
  told: (child: ChildProcess, restart: () => Promise<void>) => Promise<void>,
): Contestant => ({
  name,
  start: async (policy, folder) => {
    const { startSink } = await import("../test/support/sink.ts");
    const { freePorts } = await import("../test/support/free-port.ts");
    const [otlp = 0, prometheus = 0] = await freePorts(2);
    const [sink, defaults] = await Promise.all([startSink(), startSink()]);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "config.yaml");
    const render = (text: string): string =>
      rendered({ path: "a.yaml", text }, testBase({ otlp, prometheus }, defaults), sink.url);
    writeFileSync(path, render(policy));
    let child: ChildProcess | null = null;
    let isStopped = false;
    const run = (): void => {
      const started = spawn(requireCollector(), [`--config=file:${path}`], { stdio: "ignore" });
      child = started;
      // As systemd and kubelet do, without their pauses.
      started.once("exit", () => {
        if (!isStopped && child === started) setTimeout(() => isStopped || run(), 100);
      });
    };
    const restart = async (): Promise<void> => {
      const before = child;
      if (before !== null && before.exitCode === null && before.signalCode === null) {
        child = null;
        before.kill("SIGTERM");
        await once(before, "exit");
      }
      if (!isStopped) run();
    };
    run();
    const endpoint = `http://127.0.0.1:${otlp}`;
    await poll("the port", () =>
      fetch(`${endpoint}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      }).then(
        () => true,
        () => false,
      ),
    );
    const write = (text: string): void => {
      writeFileSync(path, text);
      if (child !== null) void told(child, restart);
    };
    return {
      endpoint,
      sinks: [sink, defaults],
      apply: (text) => write(render(text)),
      applyBroken: ({ config }) => write(config(render(policy))),
      stop: async () => {
        isStopped = true;
        const last = child as ChildProcess | null;
        if (last !== null && last.exitCode === null && last.signalCode === null) {
          last.kill("SIGKILL");
          await once(last, "exit");
        }
        await Promise.all([sink.close(), defaults.close()]);
      },
    };
  },
});

const rendered = (file: SourceFile, base: SourceFile, redirectSinks: string): string => {
  const { rendered: result } = compile([file], {
    dataPlanes: defaultProfileNames,
    rootNamespace: null,
    allowEndpoints: [],
    base,
    topology: "single",
    collector: null,
    redirectSinks,
  });
  if (result === null) throw new Error("nothing was rendered");
  return result.core.yaml;
};

export const contestants: readonly Contestant[] = [
  agent("this agent, handover", "handover"),
  agent("this agent, single", "single"),
  plain("plain SIGHUP", async (child) => {
    child.kill("SIGHUP");
  }),
  plain("plain restart", (_child, restart) => restart()),
];

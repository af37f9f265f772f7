import { mkdirSync } from "node:fs";
import { compile } from "../src/compile.ts";
import { defaultProfileNames } from "../src/dataplane/profiles.ts";
import { freePorts } from "../test/support/free-port.ts";
import { testBase } from "../test/support/policy-collector.ts";
import { poll } from "../test/support/poll.ts";
import { type Sink, startSink } from "../test/support/sink.ts";

/** What every contestant that is fed with configs has: its folder, its backends and the config of a policy. */
export type RenderedScene = {
  readonly endpoint: string;
  readonly sinks: readonly Sink[];
  readonly render: (policy: string) => string;
  /** Until a request is answered. */
  untilOpen(deadlineMs?: number): Promise<void>;
  close(): Promise<void>;
};

export const startRenderedScene = async (folder: string): Promise<RenderedScene> => {
  const [otlp = 0, prometheus = 0] = await freePorts(2);
  const [sink, defaults] = await Promise.all([startSink(), startSink()]);
  mkdirSync(folder, { recursive: true });
  const base = testBase({ otlp, prometheus }, defaults);
  const endpoint = `http://127.0.0.1:${otlp}`;
  return {
    endpoint,
    sinks: [sink, defaults],
    render: (text) => {
      const { rendered } = compile([{ path: "a.yaml", text }], {
        dataPlanes: defaultProfileNames,
        rootNamespace: null,
        allowEndpoints: [],
        base,
        topology: "single",
        collector: null,
        redirectSinks: sink.url,
      });
      if (rendered === null) throw new Error("nothing was rendered");
      return rendered.core.yaml;
    },
    untilOpen: async (deadlineMs = 30_000) => {
      const headers = { "content-type": "application/json" };
      await poll(
        "the port",
        () =>
          fetch(`${endpoint}/v1/traces`, { method: "POST", headers, body: "{}" }).then(
            () => true,
            () => false,
          ),
        deadlineMs,
      );
    },
    close: async () => {
      await Promise.all([sink.close(), defaults.close()]);
    },
  };
};

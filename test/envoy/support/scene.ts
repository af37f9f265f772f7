import type { Compilation } from "../../../src/compile.ts";
import type { Place } from "../../support/dataplane-scene.ts";
import { freePorts } from "../../support/free-port.ts";
import { type PolicyCollector, runPolicies } from "../../support/policy-collector.ts";
import { type Sent, sendAll, type Wish } from "./client.ts";
import { type EnvoyConfig, type RunningEnvoy, startEnvoy } from "./envoy.ts";
import type { Wires } from "./envoy-gateway.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

/** Real proxies in front of a small upstream, which tell everything to the Collector of some policies. */
export type EnvoyScene = {
  readonly run: PolicyCollector;
  readonly upstream: Upstream;
  /** Through the proxy of this number. */
  send(proxy: number, wishes: readonly Wish[], connections?: number): Promise<readonly Sent[]>;
  /** Words of the proxies at level warning and above. */
  proxyLogs(): string;
  stop(): Promise<void>;
};

/** A proxy's config, from what the policies need and the ports it is given; `ports` are those of all proxies. */
export type ProxyMaker = (compilation: Compilation, wires: Wires, ports: readonly number[]) => EnvoyConfig;

/** How long a test waits for what must come, milliseconds: the machine may be busy with others. */
export const patience = 30_000;

const attempts = 3;

/** Ports that were free may be taken a moment later, by any connection on this machine: then all begins again with others. */
export const startEnvoyScene = async (...of: Parameters<typeof start>): Promise<EnvoyScene> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(...of);
    } catch (error) {
      if (attempt === attempts || !/address already in use|cannot bind/i.test(String(error))) throw error;
    }
  }
};

const start = async (
  policies: string,
  dataPlanes: readonly string[],
  makers: readonly ProxyMaker[],
): Promise<EnvoyScene> => {
  const [otlp = 0, dead = 0, ...ports] = await freePorts(2 + makers.length);
  const run = await runPolicies([{ path: "policies.yaml", text: policies }], dataPlanes, otlp);
  const upstream = await startUpstream();
  const ends: (() => Promise<void>)[] = [run.stop, upstream.close];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0)) await end();
  };
  try {
    const started = await Promise.allSettled(
      makers.map(async (maker, index): Promise<RunningEnvoy> => {
        const port = ports[index] ?? 0;
        const proxy = await startEnvoy(maker(run.compilation, { port, upstream: upstream.port, dead, otlp }, ports));
        ends.unshift(proxy.stop);
        return proxy;
      }),
    );
    const proxies = started.map((each) => {
      if (each.status === "rejected") throw each.reason;
      return each.value;
    });
    return {
      run,
      upstream,
      send: (proxy, wishes, connections) => sendAll(ports[proxy] ?? 0, wishes, upstream, connections),
      proxyLogs: () => proxies.map((proxy) => proxy.log()).join(""),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

export const placeName = ({ namespace, name }: Place): string => `${namespace}/${name}`;

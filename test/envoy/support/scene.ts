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
  /** Ends the proxies, which flush what they hold. */
  stopProxies(): Promise<void>;
  stop(): Promise<void>;
};

/** A proxy's config, from what the policies need and the ports it is given; `ports` are those of all proxies. */
export type ProxyMaker = (compilation: Compilation, wires: Wires, ports: readonly number[]) => EnvoyConfig;

export const startEnvoyScene = async (
  policies: string,
  dataPlanes: readonly string[],
  makers: readonly ProxyMaker[],
): Promise<EnvoyScene> => {
  const [otlp = 0, dead = 0, ...ports] = await freePorts(2 + makers.length);
  const upstream = await startUpstream();
  const run = await runPolicies([{ path: "policies.yaml", text: policies }], dataPlanes, otlp);
  const ends: (() => Promise<void>)[] = [run.stop, upstream.close];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0)) await end();
  };
  try {
    const proxies: readonly RunningEnvoy[] = await Promise.all(
      makers.map(async (maker, index) => {
        const port = ports[index] ?? 0;
        const proxy = await startEnvoy(maker(run.compilation, { port, upstream: upstream.port, dead, otlp }, ports));
        ends.unshift(proxy.stop);
        return proxy;
      }),
    );
    return {
      run,
      upstream,
      send: (proxy, wishes, connections) => sendAll(ports[proxy] ?? 0, wishes, upstream, connections),
      proxyLogs: () => proxies.map((proxy) => proxy.log()).join(""),
      stopProxies: async () => {
        await Promise.all(proxies.map((proxy) => proxy.stop()));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

export const placeName = ({ namespace, name }: Place): string => `${namespace}/${name}`;

/**
 * Real Envoys under real traffic, watched by `otel-policy dev`:
 *
 *   npm run demo:envoy [-- POLICIES [FLAGS OF dev]]
 *
 * One Envoy for each Gateway that the policies name, told what `explain --native` prints for it, in front of an upstream
 * that answers like a model server; a client sends requests of every kind. Without POLICIES: the two samples of `dev`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFiles } from "../src/cli/read-files.ts";
import { compile } from "../src/compile.ts";
import { envoyGateway } from "../src/dataplane/envoy-gateway.ts";
import { defaultProfileNames } from "../src/dataplane/profiles.ts";
import { sendAll } from "../test/envoy/support/client.ts";
import { envoyMissing, type RunningEnvoy, startEnvoy } from "../test/envoy/support/envoy.ts";
import { envoyGatewayProxy } from "../test/envoy/support/envoy-gateway.ts";
import { mixed } from "../test/envoy/support/mix.ts";
import { nativeDocuments, wishOf } from "../test/envoy/support/native.ts";
import { startUpstream } from "../test/envoy/support/upstream.ts";
import { builtInBase } from "../test/support/compile-text.ts";
import { freePorts } from "../test/support/free-port.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** Where templates/collector/dev.yaml takes OTLP over gRPC. */
const otlp = 4317;
/** Each Envoy holds about 50 MB. */
const mostProxies = 4;
const requestsPerBurst = 5;
const burstEveryMs = 200;

const [first, ...others] = process.argv.slice(2);
const named = first === undefined || first.startsWith("-") ? null : first;
const flags = named === null ? process.argv.slice(2) : others;
const ownFolder = "otel-policy-dev";
const policies = named ?? (existsSync(ownFolder) ? ownFolder : null);
const samples = ["01-draft-example", "02-model-metrics"].map((name) => join(root, "samples", name));

const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

const { value: files } = await readFiles(policies === null ? samples : [policies], async () => "");
const compilation = compile(files, {
  dataPlanes: defaultProfileNames,
  rootNamespace: null,
  allowEndpoints: [],
  base: builtInBase,
  topology: "handover",
  collector: null,
  redirectSinks: null,
});
const places = compilation.effective
  .map(({ target }) => target)
  .filter(({ kind }) => kind === "Gateway")
  .slice(0, mostProxies);

if (envoyMissing !== null) {
  say(envoyMissing);
  process.exitCode = 1;
} else if (places.length === 0) {
  say(`${policies ?? "the samples"}: no policy targets a Gateway, so there is nothing for an Envoy to be`);
  process.exitCode = 1;
} else {
  const upstream = await startUpstream();
  const [dead = 0, ...ports] = await freePorts(1 + places.length);
  const proxies: RunningEnvoy[] = [];
  try {
    for (const [index, place] of places.entries()) {
      const [envoyProxy = null] = nativeDocuments(envoyGateway, wishOf(compilation, "Gateway", place, envoyGateway));
      const wires = { port: ports[index] ?? 0, upstream: upstream.port, dead, otlp };
      proxies.push(await startEnvoy(envoyGatewayProxy(place, envoyProxy, wires)));
      say(`Envoy of Gateway ${place.namespace}/${place.name}: http://127.0.0.1:${wires.port}/v1/chat/completions`);
    }
    // Ctrl-C ends `dev`, and that ends everything here.
    process.on("SIGINT", () => {});
    const dev = spawn(
      process.execPath,
      [join(root, "src/main.ts"), "dev", ...(named === null ? [] : [named]), "--requests", "0", ...flags],
      { stdio: "inherit" },
    );
    let sent = 0;
    const traffic = setInterval(() => {
      for (const port of ports)
        sendAll(port, mixed(requestsPerBurst, sent), upstream).catch((error: unknown) => {
          if (dev.exitCode === null) say(`client: ${error instanceof Error ? error.message : String(error)}`);
        });
      sent += requestsPerBurst;
    }, burstEveryMs);
    const [code]: (number | null)[] = await once(dev, "exit");
    clearInterval(traffic);
    process.exitCode = code ?? 1;
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await upstream.close();
  }
}

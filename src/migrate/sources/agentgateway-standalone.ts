import type { Manifest } from "../manifests.ts";
import {
  celSource,
  forEachUnspoken,
  isLocal,
  keepNative,
  lost,
  lostSecret,
  nameProblem,
  providerAt,
  type Reading,
  unrelated,
  wrong,
} from "../reading.ts";
import type { Cited, Sketch, SketchProvider, SketchTracing } from "../sketch.ts";
import { askedTargets } from "../targets.ts";
import { at, entriesOf, wordOf } from "../tree.ts";
import { readLogs, readTracing } from "./agentgateway-signals.ts";
import { constantRate, inEnvoysWords, sampled } from "./agentgateway-words.ts";

/** Standalone, a file without apiVersion: no Gateway has a name there. */
export const isStandalone = ({ kind, root }: Manifest): boolean =>
  kind === "" &&
  (at(root, "config", "tracing", "otlpEndpoint") !== null ||
    at(root, "frontendPolicies") !== null ||
    (at(root, "binds") !== null && at(root, "config") !== null));

export const readStandalone = (reading: Reading): readonly Sketch[] => {
  const { root } = reading.manifest;
  const tracing = at(root, "config", "tracing");
  const frontend = at(root, "frontendPolicies");
  const endpoint = at(tracing, "otlpEndpoint");
  const frontTracing = at(frontend, "tracing");
  const accessLog = at(frontend, "accessLog");
  let block: SketchTracing | undefined = frontTracing === null ? undefined : readTracing(reading, frontTracing);
  if (endpoint !== null && tracing !== null) {
    const url = wordOf(endpoint) ?? "";
    const [, scheme, host, port] =
      /^(?:(https?):\/\/)?(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::(\d+))?\/?$/i.exec(url) ?? [];
    let provider: Cited<SketchProvider> | null = null;
    if (host === undefined) wrong(reading, endpoint, "is no address", "write http://host:port");
    else if (isLocal(host))
      lost(
        reading,
        endpoint,
        `${host} is the gateway's own machine; the agent exports from another one, so its default sink is used`,
      );
    else if (scheme === "https")
      provider = reading.cite({ kind: "endpoint", endpoint: `grpcs://${host}:${port ?? 4317}` }, endpoint);
    else provider = reading.cite(providerAt(host, Number(port ?? 4317)), endpoint);
    const random = at(tracing, "randomSampling");
    const rate = random === null ? null : constantRate(random);
    if (random !== null && rate === null)
      keepNative(reading, random, "a rate that depends on the request is the gateway's");
    const fields = at(tracing, "fields", "add");
    if (fields !== null && fields.kind !== "map")
      wrong(reading, fields, "stands where a block belongs", "write name: expression");
    const added = entriesOf(fields).flatMap(([name, node]) => {
      const source = celSource(inEnvoysWords(wordOf(node) ?? ""));
      const problem = nameProblem(name, "attribute");
      if (problem !== null) lost(reading, node, problem);
      else if (source === null)
        keepNative(reading, node, "only the gateway can evaluate it; what it adds arrives under this name");
      else return [reading.cite({ name, source }, node)];
      return [];
    });
    for (const [, header] of entriesOf(at(tracing, "headers"))) lostSecret(reading, header);
    keepNative(reading, at(tracing, "otlpProtocol"), "how the gateway sends to the agent");
    keepNative(reading, at(tracing, "fields", "remove"), "the gateway leaves them out before it sends");
    forEachUnspoken(reading, fields, { outcome: "carried", why: "nothing is added" });
    block = {
      ...block,
      ...(provider === null ? {} : { provider }),
      ...(random === null || rate === null
        ? {}
        : {
            rate: reading.cite(
              rate,
              random,
              rate.numerator === rate.denominator ? {} : { how: "changed", why: sampled },
            ),
          }),
      ...(added.length === 0 ? {} : { attributes: added }),
    };
  }
  const logs = accessLog === null ? undefined : readLogs(reading, accessLog);
  const anchor = endpoint ?? frontTracing ?? accessLog;
  for (const [, value] of entriesOf(root))
    if (value !== at(root, "config") && value !== frontend)
      unrelated(reading, value, "no telemetry: what the gateway routes and how");
  forEachUnspoken(reading, at(root, "config"), { outcome: "unrelated", why: "no telemetry" });
  forEachUnspoken(reading, frontend, { outcome: "unrelated", why: "no telemetry" });
  if (anchor === null || (block === undefined && logs === undefined)) return [];
  const targets = askedTargets(
    reading,
    anchor,
    "standalone, without a Gateway object; for the targets that were named",
  );
  return [
    {
      namespace: targets[0]?.value.namespace ?? reading.manifest.namespace,
      name: "agentgateway",
      targets,
      createdAt: null,
      from: "agentgateway, standalone",
      wanted: "a gateway that runs without Kubernetes, and so has no name",
      ...(block === undefined ? {} : { tracing: block }),
      ...(logs === undefined ? {} : { logs }),
    },
  ];
};

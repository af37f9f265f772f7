import { parseEndpoint } from "../../policy/values/endpoint.ts";
import { groupOf } from "../group.ts";
import {
  celSource,
  forEachUnspoken,
  isLocal,
  keepNative,
  literalProblem,
  lost,
  nameProblem,
  providerAt,
  type Reading,
  unknownFields,
  unrelated,
  wrong,
} from "../reading.ts";
import type { Cited, Sketch, SketchSource } from "../sketch.ts";
import type { Source } from "../source.ts";
import { askedTargets, gatewayTargets, refsOf } from "../targets.ts";
import { at, entriesOf, switchOf, wordOf } from "../tree.ts";

type Dimension = { readonly key: string; readonly source: SketchSource | null };

/** An AuthPolicy that hands an identity on as a header, which the gateway's access log can then carry. */
const headerForIdentity = (label: string, expression: string): string =>
  [
    "# AuthPolicy of the same Gateway or route",
    "spec:",
    "  rules:",
    "    response:",
    "      success:",
    "        headers:",
    `          x-${label.toLowerCase().replace(/[^a-z0-9]+/g, "-")}:`,
    "            plain:",
    `              expression: ${expression}`,
    `# then in the policy: metrics.overrides[].dimensions: [{key: ${label}, fromHeader: x-${label.toLowerCase().replace(/[^a-z0-9]+/g, "-")}}]`,
  ].join("\n");

/** Body values that conventions have a name for. A Collector sees no bodies, but records that carry what was in them. */
const bodyValues: { readonly [expression: string]: string } = {
  'responseBodyJSON("/model")': "gen_ai.response.model",
  'requestBodyJSON("/model")': "gen_ai.request.model",
};

const readTelemetryPolicy = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  unknownFields(reading, spec, ["targetRef", "metrics"]);
  const targets = gatewayTargets(reading, refsOf(spec));
  const requests: Cited<Dimension>[] = [];
  const tokens: Cited<Dimension>[] = [];
  for (const [label, node] of entriesOf(at(spec, "metrics", "default", "labels"))) {
    const expression = wordOf(node) ?? "";
    const problem = nameProblem(label, "dimension");
    if (problem !== null) {
      lost(reading, node, problem);
      continue;
    }
    const compact = expression.replace(/\s+/g, "").replaceAll("'", '"');
    const model = bodyValues[compact];
    const source: SketchSource | null = model === undefined ? celSource(expression) : { from: "attribute", key: model };
    if (source === null) {
      const identity = /^auth\.identity\b/.test(expression);
      keepNative(
        reading,
        node,
        identity
          ? "who called is known to Kuadrant only. Limitador's counters keep this label; for others hand it on as a header"
          : "only Kuadrant can evaluate it; Limitador's counters keep this label",
        identity ? headerForIdentity(label, expression) : `${label}: ${reading.text(node)}`,
      );
      continue;
    }
    if (source.from === "literal" && literalProblem(source.value) !== null) {
      lost(reading, node, literalProblem(source.value) ?? "");
      continue;
    }
    const why = `a dimension of ${model === undefined ? "request_count" : "the token metric"}; Limitador's own counters get the label from Kuadrant alone`;
    (model === undefined ? requests : tokens).push(reading.cite({ key: label, source }, node, { how: "changed", why }));
  }
  const [anyRequest] = requests;
  const [anyToken] = tokens;
  const overrides = [
    ...(anyRequest === undefined
      ? []
      : [{ name: reading.cite("request_count", anyRequest.node, { how: "changed" }), dimensions: requests }]),
    ...(anyToken === undefined
      ? []
      : [{ name: reading.cite("gen_ai_tokens", anyToken.node, { how: "changed" }), dimensions: tokens }]),
  ];
  const anchor = at(spec, "metrics", "default", "labels");
  if (overrides.length === 0 || anchor === null) return [];
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets,
      createdAt: manifest.createdAt,
      from: `Kuadrant ${manifest.title}`,
      wanted: "a Gateway",
      metrics: {
        enabled: reading.cite(true, anyRequest?.node ?? anyToken?.node ?? anchor, {
          how: "changed",
          why: "labels want metrics",
        }),
        overrides,
      },
    },
  ];
};

const readTokenRateLimit = (reading: Reading): readonly Sketch[] => {
  const spec = at(reading.manifest.root, "spec");
  const enforced =
    "a limit is enforced, not observed: it stays with Kuadrant, whose counters (authorized_hits: tokens) are scraped as before";
  for (const [key, value] of entriesOf(spec)) {
    if (key.startsWith("target"))
      reading.note(value, { outcome: "unrelated", why: "the target of limits, which stay with Kuadrant" });
    else forEachUnspoken(reading, value, { outcome: "unrelated", why: enforced });
  }
  return [];
};

const readKuadrant = (reading: Reading): readonly Sketch[] => {
  const { manifest } = reading;
  const spec = at(manifest.root, "spec");
  const observability = at(spec, "observability");
  for (const [key, value] of entriesOf(spec)) if (key !== "observability") unrelated(reading, value, "no telemetry");
  keepNative(reading, at(observability, "enable"), "creates the monitors of Kuadrant's own components");
  keepNative(reading, at(observability, "dataPlane", "defaultLevels"), "levels of Kuadrant's own logs and spans");
  unknownFields(reading, observability, ["enable", "dataPlane", "tracing"]);
  const endpoint = at(observability, "tracing", "defaultEndpoint");
  const insecure = at(observability, "tracing", "insecure");
  const header = at(observability, "dataPlane", "httpHeaderIdentifier");
  const headerName = wordOf(header);
  const anchor = endpoint ?? header;
  if (anchor === null) {
    forEachUnspoken(reading, manifest.root, { outcome: "unrelated", why: "no tracing in it" });
    return [];
  }
  let provider: Sketch["tracing"] = {};
  if (endpoint !== null) {
    const written = wordOf(endpoint) ?? "";
    const parsed = parseEndpoint(written.replace(/^rpc:\/\//, switchOf(insecure) === true ? "grpc://" : "grpcs://"));
    if ("problem" in parsed) wrong(reading, endpoint, parsed.problem, parsed.remedy);
    else if (isLocal(parsed.host))
      lost(reading, endpoint, `${parsed.host} is the component's own machine; the platform's default sink is used`);
    else {
      const isHttp = parsed.transport === "http";
      const value =
        isHttp || !parsed.insecure
          ? ({ kind: "endpoint", endpoint: parsed.insecure || isHttp ? parsed.url : `grpcs://${parsed.url}` } as const)
          : providerAt(parsed.host, parsed.port ?? 4317);
      provider = { provider: reading.cite(value, endpoint, { how: "changed", why: "rpc:// is gRPC" }) };
    }
    if (insecure !== null) reading.note(insecure, { outcome: "carried", why: "as the endpoint's scheme" });
  }
  const targets = askedTargets(reading, anchor, "cluster-wide there; for the targets that were named");
  return [
    {
      namespace: targets[0]?.value.namespace ?? manifest.namespace,
      name: manifest.name,
      targets,
      createdAt: manifest.createdAt,
      from: `Kuadrant ${manifest.title}`,
      wanted: "every Gateway that Kuadrant protects",
      tracing: {
        ...provider,
        ...(header === null || headerName === null
          ? {}
          : {
              attributes: [
                reading.cite(
                  {
                    name: headerName.toLowerCase(),
                    source: { from: "header" as const, name: headerName.toLowerCase() },
                  },
                  header,
                ),
              ],
            }),
      },
    },
  ];
};

const kinds: { readonly [kind: string]: (reading: Reading) => readonly Sketch[] } = {
  "extensions.kuadrant.io TelemetryPolicy": readTelemetryPolicy,
  "kuadrant.io TokenRateLimitPolicy": readTokenRateLimit,
  "kuadrant.io Kuadrant": readKuadrant,
};

export const kuadrant: Source = {
  name: "Kuadrant",
  reads: (manifest) => Object.hasOwn(kinds, `${groupOf(manifest)} ${manifest.kind}`),
  read: (reading) => kinds[`${groupOf(reading.manifest)} ${reading.manifest.kind}`]?.(reading) ?? [],
};

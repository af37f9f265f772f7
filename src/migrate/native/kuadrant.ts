import { citesIn } from "../settle.ts";
import type { Cited, Sketch, SketchSource } from "../sketch.ts";
import { map, type Out, value } from "../yaml-out.ts";
import { addressOf, celOf, type NativeWriter, type Tell } from "./native.ts";

/** Values that Kuadrant reads from bodies, which are all it knows of a model call. */
const ofBodies: { readonly [key: string]: string } = {
  "gen_ai.request.model": 'requestBodyJSON("/model")',
  "gen_ai.response.model": 'responseBodyJSON("/model")',
};

const expressionOf = (source: SketchSource): string | null =>
  (source.from === "attribute" ? ofBodies[source.key] : undefined) ?? celOf(source);

/** Limitador's counters are these two: calls, and the tokens of calls under a TokenRateLimitPolicy. */
const counters: { readonly [family: string]: string } = {
  request_count: "a label of Limitador's authorized_calls and limited_calls: requests without a limit have none",
  gen_ai_tokens: "a label of Limitador's authorized_hits: tokens only where a TokenRateLimitPolicy applies",
};

const theirs = "it stays with the gateway beside Kuadrant (Istio or Envoy Gateway)";

const labelsOf = ({ metrics }: Sketch, tell: Tell): readonly (readonly [string, Out])[] => {
  const labels = new Map<string, { readonly expression: string; readonly out: Out }>();
  for (const override of metrics?.overrides ?? []) {
    const counter = counters[override.name.value];
    const dimensions = override.dimensions ?? [];
    let written = 0;
    for (const dimension of dimensions) {
      const { key, source } = dimension.value;
      const expression = source === null ? null : expressionOf(source);
      const there = labels.get(key);
      if (counter === undefined) tell.cannot(dimension, "Limitador counts calls and tokens, and nothing else");
      else if (source === null) tell.cannot(dimension, "Kuadrant adds labels and takes none away");
      else if (!/^[a-zA-Z_]\w*$/.test(key)) tell.cannot(dimension, "its labels are letters, digits and underscores");
      else if (expression === null) tell.cannot(dimension, "Kuadrant's CEL has no name for it");
      else if (there !== undefined && there.expression !== expression)
        tell.cannot(dimension, "one label has one value for all of Limitador's counters");
      else {
        labels.set(key, { expression, out: there?.out ?? value(expression, dimension) });
        tell.said(dimension, `spec.metrics.default.labels.${key}`, counter);
        written += 1;
      }
    }
    if (written > 0) tell.said(override.name, "spec.metrics.default.labels", "every counter of Limitador's has them");
    else tell.cannot(override.name, "nothing of it is left to say");
    tell.cannot(override.type, "Limitador has counters only");
    tell.cannot(override.disabled, "Limitador's counters are always on");
  }
  if (labels.size > 0) tell.said(metrics?.enabled, "spec.metrics.default.labels");
  else tell.cannot(metrics?.enabled, "without labels there is nothing to write");
  tell.cannot(metrics?.provider, "Limitador is scraped, by the platform's Collector");
  tell.cannot(metrics?.genAI, "Limitador counts tokens under a TokenRateLimitPolicy, and a limit is never made up");
  return [...labels].map(([key, { out }]) => [key, out] as const);
};

/** What the cluster's one Kuadrant object says of tracing: an endpoint, and one header on its own spans. */
const observability = ({ tracing }: Sketch, tell: Tell): Out | null => {
  if (tracing === undefined) return null;
  const { provider, attributes = [] } = tracing;
  const address = provider === undefined ? null : addressOf(provider.value);
  const everywhere = "cluster-wide: for every Gateway that Kuadrant protects";
  if (tracing.enabled?.value === false)
    tell.cannot(tracing.enabled, "leave defaultEndpoint out of the Kuadrant object");
  else if (address === null) tell.cannot(tracing.enabled, "Kuadrant traces where it has an endpoint");
  else tell.said(tracing.enabled, "spec.observability.tracing");
  const isOn = address !== null && tracing.enabled?.value !== false;
  if (isOn) tell.said(provider, "spec.observability.tracing.defaultEndpoint", everywhere);
  else tell.cannot(provider, "Kuadrant's endpoint is a host and a port, over gRPC");
  const identifier = attributes.find(({ value: { name, source } }) => source.from === "header" && source.name === name);
  for (const attribute of attributes) {
    if (attribute === identifier) tell.said(attribute, "spec.observability.dataPlane.httpHeaderIdentifier", everywhere);
    else tell.cannot(attribute, "Kuadrant's spans carry one header, under its own name");
  }
  for (const cited of [tracing.rate, tracing.parent])
    tell.cannot(cited, "Kuadrant traces what the gateway in front of it sampled");
  for (const cited of [
    tracing.serviceName,
    tracing.spanName,
    ...(tracing.headers ?? []),
    ...(tracing.propagation ?? []),
  ])
    tell.cannot(cited, "the Kuadrant object has no field for it");
  if (!isOn && identifier === undefined) return null;
  return map(
    identifier === undefined
      ? null
      : ["dataPlane", map(["httpHeaderIdentifier", value(identifier.value.name, identifier)])],
    isOn && address !== null
      ? [
          "tracing",
          map(
            ["defaultEndpoint", value(`rpc://${address.host}:${address.port}`, ...cites(provider))],
            ["insecure", value(true, ...cites(provider))],
          ),
        ]
      : null,
  );
};

const cites = (cited: Cited<unknown> | undefined): readonly Cited<unknown>[] => (cited === undefined ? [] : [cited]);

export const kuadrantNative: NativeWriter = {
  name: "kuadrant",
  title: "Kuadrant",
  write: (sketch, tell) => {
    const labels = labelsOf(sketch, tell);
    const cluster = observability(sketch, tell);
    for (const cited of citesIn(sketch.logs)) tell.cannot(cited, `Kuadrant writes no access logs: ${theirs}`);
    const documents: Out[] = [];
    for (const target of sketch.targets) {
      const { kind, namespace, name } = target.value;
      if (kind !== "Gateway") {
        tell.cannot(target, "Kuadrant's policies attach to Gateways");
        continue;
      }
      if (labels.length === 0) {
        if (cluster === null) tell.cannot(target, "nothing is left to attach to it");
        else tell.said(target, "every Gateway", "the Kuadrant object is cluster-wide");
        continue;
      }
      tell.said(target, "spec.targetRef");
      documents.push(
        map(
          ["apiVersion", value("extensions.kuadrant.io/v1alpha1")],
          ["kind", value("TelemetryPolicy")],
          [
            "metadata",
            // The reference is a local one, and two Gateways want two policies.
            map(
              ["name", value(documents.length === 0 ? sketch.name : `${sketch.name}-${name}`)],
              ["namespace", value(namespace)],
            ),
          ],
          [
            "spec",
            map(
              [
                "targetRef",
                map(
                  ["group", value("gateway.networking.k8s.io", target)],
                  ["kind", value("Gateway", target)],
                  ["name", value(name, target)],
                ),
              ],
              ["metrics", map(["default", map(["labels", map(...labels)])])],
            ),
          ],
        ),
      );
    }
    if (cluster !== null)
      documents.push(
        map(
          ["apiVersion", value("kuadrant.io/v1beta1")],
          ["kind", value("Kuadrant")],
          ["metadata", map(["name", value("kuadrant")], ["namespace", value("kuadrant-system")])],
          ["spec", map(["observability", cluster])],
        ),
      );
    return documents;
  },
};

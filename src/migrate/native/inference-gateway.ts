import type { Rate } from "../../policy/types.ts";
import { groupOf } from "../group.ts";
import type { Manifest } from "../manifests.ts";
import { citesIn } from "../settle.ts";
import type { Cited, Sketch, SketchProvider } from "../sketch.ts";
import { at, itemsOf, wordOf } from "../tree.ts";
import { list, map, type Out, value } from "../yaml-out.ts";
import { addressOf, isAll, type NativeWriter, type Tell } from "./native.ts";

type Variable = readonly [name: string, text: string, cited: Cited<unknown>];

/** A share as OpenTelemetry's sampler argument has it, or null where its decimals do not end. */
const shareText = ({ numerator, denominator }: Rate): string | null => {
  const text = String(numerator / denominator);
  return /^(?:[01]|0\.\d{1,8})$/.test(text) ? text : null;
};

const endpointOf = (cited: Cited<SketchProvider>): readonly Variable[] => {
  const { value: provider } = cited;
  if (provider.kind === "endpoint" && /^https?:/.test(provider.endpoint))
    return [
      ["OTEL_EXPORTER_OTLP_ENDPOINT", provider.endpoint, cited],
      ["OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", cited],
    ];
  const address = addressOf(provider);
  if (address === null) return [];
  return [
    ["OTEL_EXPORTER_OTLP_ENDPOINT", `http://${address.host}:${address.port}`, cited],
    ...(address.port === 4317 ? [] : [["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", cited] as const]),
  ];
};

const samplerOf = (rate: Cited<Rate>, keepsParents: boolean, tell: Tell): readonly Variable[] => {
  const prefix = keepsParents ? "parentbased_" : "";
  const share = shareText(rate.value);
  if (share === null) {
    tell.cannot(rate, "its decimals do not end");
    return [];
  }
  tell.said(
    rate,
    "env OTEL_TRACES_SAMPLER",
    "the picker samples now: leave the rate out of the policy, or the two multiply",
  );
  if (isAll(rate.value)) return [["OTEL_TRACES_SAMPLER", `${prefix}always_on`, rate]];
  return [
    ["OTEL_TRACES_SAMPLER", `${prefix}traceidratio`, rate],
    ["OTEL_TRACES_SAMPLER_ARG", share, rate],
  ];
};

const propagators: ReadonlyMap<string, string> = new Map([
  ["w3c", "tracecontext,baggage"],
  ["b3", "b3multi"],
  ["jaeger", "jaeger"],
]);

/** The picker's environment and flags. */
const pickerOf = (
  { tracing }: Sketch,
  tell: Tell,
): { readonly env: readonly Variable[]; readonly args: readonly Out[] } => {
  if (tracing === undefined) return { env: [], args: [] };
  const env: Variable[] = [];
  const { provider, parent, rate } = tracing;
  const off = tracing.enabled?.value === false;
  tell.said(tracing.enabled, off ? "args --tracing=false" : "env OTEL_EXPORTER_OTLP_ENDPOINT");
  if (provider !== undefined) {
    const endpoint = endpointOf(provider);
    if (endpoint.length === 0) tell.cannot(provider, "the picker's exporter takes a host and a port, or a URL");
    else tell.said(provider, "env OTEL_EXPORTER_OTLP_ENDPOINT");
    env.push(...endpoint);
  }
  const keepsParents = parent !== undefined && parent.value !== null && isAll(parent.value);
  if (rate !== undefined) env.push(...samplerOf(rate, keepsParents, tell));
  if (parent?.value === null)
    tell.said(parent, "env OTEL_TRACES_SAMPLER", "a sampler without parentbased_ asks no parent");
  else if (keepsParents && rate !== undefined) tell.said(parent, "env OTEL_TRACES_SAMPLER", "parentbased_");
  else tell.cannot(parent, "OpenTelemetry's samplers keep what the parent sampled, without a second rate");
  const literals: string[] = [];
  let from: Cited<unknown> | null = null;
  for (const attribute of tracing.attributes ?? []) {
    const { name, source } = attribute.value;
    if (source.from !== "literal") tell.cannot(attribute, "the picker reads no header into its spans");
    else if (/^(?:k8s|service)[.]/.test(name)) tell.cannot(attribute, "that name says where the picker runs");
    else {
      literals.push(`${name}=${encodeURIComponent(source.value)}`);
      from ??= attribute;
      tell.said(attribute, "env OTEL_RESOURCE_ATTRIBUTES", "on the resource of every span");
    }
  }
  if (from !== null) env.push(["OTEL_RESOURCE_ATTRIBUTES", literals.join(","), from]);
  tell.cannot(tracing.serviceName, "keep llm-d-epp in the picker, by which its telemetry is recognised");
  tell.cannot(tracing.spanName, "the picker's spans have names of their own");
  const formats = (tracing.propagation ?? []).flatMap((format) => {
    const word = propagators.get(format.value.toLowerCase());
    if (word === undefined) tell.cannot(format, "OpenTelemetry has no such propagator");
    else tell.said(format, "env OTEL_PROPAGATORS");
    return word === undefined ? [] : [{ word, format }];
  });
  const [first] = formats;
  if (first !== undefined) env.push(["OTEL_PROPAGATORS", formats.map(({ word }) => word).join(","), first.format]);
  for (const header of tracing.headers ?? [])
    tell.cannot(header, "headers of an exporter may be credentials: OTEL_EXPORTER_OTLP_HEADERS from a Secret");
  return { env, args: off && tracing.enabled !== undefined ? [value("--tracing=false", tracing.enabled)] : [] };
};

/** Services and InferencePools behind a Gateway, by the routes among the files: what GKE attaches logging to. */
const backendsOf = (
  gateway: { readonly namespace: string; readonly name: string },
  manifests: readonly Manifest[],
): readonly { readonly namespace: string; readonly group: string; readonly kind: string; readonly name: string }[] => {
  const found = new Map<string, { namespace: string; group: string; kind: string; name: string }>();
  for (const route of manifests) {
    if (!/^(?:HTTP|GRPC)Route$/.test(route.kind) || groupOf(route) !== "gateway.networking.k8s.io") continue;
    const spec = at(route.root, "spec");
    const isOurs = itemsOf(at(spec, "parentRefs")).some(
      (ref) =>
        (wordOf(at(ref, "kind")) ?? "Gateway") === "Gateway" &&
        wordOf(at(ref, "name")) === gateway.name &&
        (wordOf(at(ref, "namespace")) ?? route.namespace) === gateway.namespace,
    );
    if (!isOurs) continue;
    for (const rule of itemsOf(at(spec, "rules")))
      for (const ref of itemsOf(at(rule, "backendRefs"))) {
        const name = wordOf(at(ref, "name"));
        const namespace = wordOf(at(ref, "namespace")) ?? route.namespace;
        const kind = wordOf(at(ref, "kind")) ?? "Service";
        const group = wordOf(at(ref, "group")) ?? "";
        if (name !== null) found.set(`${kind} ${namespace}/${name}`, { namespace, group, kind, name });
      }
  }
  return [...found.values()];
};

const loggingFor = (sketch: Sketch, manifests: readonly Manifest[], tell: Tell): readonly Out[] => {
  const { logs } = sketch;
  if (logs === undefined) return [];
  const gateways = sketch.targets.filter(({ value: { kind } }) => kind === "Gateway");
  const backends = gateways.flatMap(({ value: gateway }) => backendsOf(gateway, manifests));
  const { enabled } = logs;
  for (const cited of citesIn({ ...logs, enabled: undefined }))
    tell.cannot(cited, "the load balancer writes to Cloud Logging, all requests of a backend, in its own format");
  if (enabled === undefined) return [];
  if (backends.length === 0) {
    tell.cannot(
      enabled,
      "GKE logs by Service or InferencePool: have the Gateway's HTTPRoutes among the files, and there is a GCPBackendPolicy for each of their backends",
    );
    return [];
  }
  tell.said(
    enabled,
    "GCPBackendPolicy spec.default.logging",
    "to Cloud Logging, which the agent does not see; every request, since a policy never samples access logs",
  );
  return backends.map(({ namespace, group, kind, name }) =>
    map(
      ["apiVersion", value("networking.gke.io/v1")],
      ["kind", value("GCPBackendPolicy")],
      ["metadata", map(["name", value(`${sketch.name}-${name}`)], ["namespace", value(namespace)])],
      [
        "spec",
        map(
          [
            "default",
            map([
              "logging",
              map(
                ["enabled", value(enabled.value, enabled)],
                enabled.value ? ["sampleRate", value(1_000_000, enabled)] : null,
              ),
            ]),
          ],
          ["targetRef", map(["group", value(group)], ["kind", value(kind)], ["name", value(name)])],
        ),
      ],
    ),
  );
};

/** Containers are known by `epp`, which is what the charts call the picker's. */
const patchOf = (sketch: Sketch, target: Cited<Sketch["targets"][number]["value"]>, tell: Tell): Out | null => {
  const { env, args } = pickerOf(sketch, tell);
  const { kind, namespace, name } = target.value;
  if (env.length === 0 && args.length === 0) return null;
  const resource = env.find(([variable]) => variable === "OTEL_RESOURCE_ATTRIBUTES");
  const gateway = kind === "Gateway" ? `k8s.gateway.name=${name},k8s.gateway.namespace=${namespace}` : null;
  const variables: readonly Variable[] =
    gateway === null
      ? env
      : [
          ...env.filter((each) => each !== resource),
          ["OTEL_RESOURCE_ATTRIBUTES", [gateway, ...(resource === undefined ? [] : [resource[1]])].join(","), target],
        ];
  tell.said(
    target,
    gateway === null ? "metadata.namespace" : "env OTEL_RESOURCE_ATTRIBUTES",
    "a patch: give it the name of the picker's own Deployment",
  );
  return map(
    ["apiVersion", value("apps/v1")],
    ["kind", value("Deployment")],
    ["metadata", map(["name", value(sketch.name)], ["namespace", value(namespace, target)])],
    [
      "spec",
      map([
        "template",
        map([
          "spec",
          map([
            "containers",
            list([
              map(
                ["name", value("epp")],
                ["args", list(args)],
                [
                  "env",
                  list(
                    variables.map(([variable, text, cited]) =>
                      map(["name", value(variable)], ["value", value(text, cited)]),
                    ),
                  ),
                ],
              ),
            ]),
          ]),
        ]),
      ]),
    ],
  );
};

export const inferenceGatewayNative: NativeWriter = {
  name: "inference-gateway",
  title: "GKE / Inference Gateway",
  write: (sketch, tell, manifests) => {
    const [first, ...others] = sketch.targets;
    for (const other of others) tell.cannot(other, "one picker belongs to one target");
    const patch = first === undefined ? null : patchOf(sketch, first, tell);
    for (const cited of citesIn(sketch.metrics))
      tell.cannot(cited, "the picker's and the model servers' metrics are scraped as they are");
    const logging = loggingFor(sketch, manifests, tell);
    if (patch === null && first !== undefined) {
      if (logging.length === 0) tell.cannot(first, "nothing is left to attach to it");
      else tell.said(first, "spec.targetRef", "the backends of its routes");
    }
    return [...(patch === null ? [] : [patch]), ...logging];
  },
};

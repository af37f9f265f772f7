import type { Dialect, Target } from "../policy/types.ts";
import { type Cited, isEmpty, type Sketch, type SketchProvider, type SketchSource } from "./sketch.ts";
import { list, map, type Out, value } from "./yaml-out.ts";

/** A sketch in the words of one dialect, and what that dialect has no words for. */
export type Said = {
  readonly apiVersion: string;
  readonly metadata: Out;
  readonly spec: Out;
  readonly unsaid: readonly { readonly cited: Cited<unknown>; readonly why: string }[];
};

const apiVersions: { readonly [D in Dialect]: string } = {
  draft: "gateway.networking.k8s.io/v1alpha2",
  agentic: "agentic.networking.x-k8s.io/v1alpha1",
  gep4768: "gateway.networking.x-k8s.io/v1alpha1",
};

const titles: { readonly [D in Dialect]: string } = {
  draft: "the draft",
  agentic: "the agentic dialect",
  gep4768: "GEP-4768",
};

export const endpointText = (provider: SketchProvider): string =>
  provider.kind === "service" ? `${provider.name}.${provider.namespace}.svc:${provider.port}` : provider.endpoint;

/** Whole percents, which the dialects before GEP-4768 are limited to; null for any other rate. */
const percentOf = ({
  numerator,
  denominator,
}: {
  readonly numerator: number;
  readonly denominator: number;
}): number | null => {
  const percent = (numerator * 100) / denominator;
  return Number.isInteger(percent) && (percent * denominator) / 100 === numerator ? percent : null;
};

/** Translates; never drops anything without a word. */
export const say = (sketch: Sketch, dialect: Dialect): Said => {
  const unsaid: { cited: Cited<unknown>; why: string }[] = [];
  const cannot = (cited: Cited<unknown>, what: string): null => {
    unsaid.push({ cited, why: `${titles[dialect]} has no way to say ${what}` });
    return null;
  };
  const gep = dialect === "gep4768";
  const switched = (enabled: Cited<boolean> | undefined): readonly [string, Out] | null =>
    enabled === undefined
      ? null
      : gep
        ? ["mode", value(enabled.value ? "Enabled" : "Disabled", enabled)]
        : ["enabled", value(enabled.value, enabled)];

  const rate = (cited: Cited<{ readonly numerator: number; readonly denominator: number }>): Out | null => {
    if (gep) {
      const { numerator, denominator } = cited.value;
      return map(
        ["numerator", value(numerator, cited)],
        denominator === 100 ? null : ["denominator", value(denominator, cited)],
      );
    }
    const percent = percentOf(cited.value);
    return percent === null
      ? cannot(cited, `a rate of ${cited.value.numerator}/${cited.value.denominator}: its percent is a whole number`)
      : map(["percent", value(percent, cited)]);
  };

  const tracing = (): Out | null => {
    const block = sketch.tracing;
    if (block === undefined || isEmpty({ ...sketch, metrics: {}, logs: {} })) return null;
    const { provider, headers = [], parent } = block;
    const off = block.enabled?.value === false;
    let providerOut: Out | null = null;
    if (provider !== undefined && off && gep) cannot(provider, "a provider of traces that are off");
    else if (provider !== undefined && gep) {
      providerOut =
        provider.value.kind === "service"
          ? map(
              [
                "backendRef",
                map(
                  ["name", value(provider.value.name, provider)],
                  ["namespace", value(provider.value.namespace, provider)],
                  ["port", value(provider.value.port, provider)],
                ),
              ],
              [
                "headers",
                list(
                  headers.map((header) =>
                    map(["name", value(header.value.name, header)], ["value", value(header.value.value, header)]),
                  ),
                ),
              ],
            )
          : cannot(provider, `the endpoint ${provider.value.endpoint}: its provider is a Service, over gRPC`);
      if (provider.value.kind !== "service") for (const header of headers) cannot(header, "headers without a provider");
    } else if (provider !== undefined) {
      providerOut = map(dialect === "draft" ? ["type", value("OTLP", provider)] : null, [
        "endpoint",
        value(endpointText(provider.value), provider),
      ]);
    }
    if (!gep || provider === undefined) for (const header of headers) cannot(header, "headers of an exporter");
    // GEP-4768 wants a provider with mode: Enabled; without one its default says the same here.
    const enabled = gep && block.enabled?.value === true && providerOut === null ? undefined : block.enabled;
    if (enabled === undefined && block.enabled !== undefined)
      unsaid.push({ cited: { ...block.enabled, how: "changed" }, why: "" });
    const parentRate = parent?.value == null ? null : rate({ ...parent, value: parent.value });
    const parentOut =
      parent === undefined
        ? null
        : gep
          ? map(["mode", value(parent.value === null ? "Disabled" : "Enabled", parent)], ["samplingRate", parentRate])
          : map(["enabled", value(parent.value !== null, parent)], ["samplingRate", parentRate]);
    const propagation = block.propagation ?? [];
    if (dialect !== "draft") for (const format of propagation) cannot(format, "propagation formats");
    if (!gep && block.serviceName !== undefined) cannot(block.serviceName, "a service name");
    if (!gep && block.spanName !== undefined) cannot(block.spanName, "a span name");
    return map(
      switched(enabled),
      ["provider", providerOut],
      ["samplingRate", block.rate === undefined ? null : rate(block.rate)],
      ["parentBasedSampling", parentOut],
      dialect === "draft" ? ["context", list(propagation.map((format) => value(format.value, format)))] : null,
      gep && block.serviceName !== undefined
        ? ["serviceName", value(block.serviceName.value, block.serviceName)]
        : null,
      gep && block.spanName !== undefined ? ["spanName", value(block.spanName.value, block.spanName)] : null,
      [gep ? "attributes" : "customAttributes", list((block.attributes ?? []).map(attribute))],
    );
  };

  const attribute = (cited: Cited<{ readonly name: string; readonly source: SketchSource }>): Out => {
    const { name, source } = cited.value;
    if (!gep)
      return map(
        ["attributeName", value(name, cited)],
        sourceEntry(source, cited, ["literalValue", "fromHeader", "fromAttribute"]),
      );
    const type = { literal: "Literal", header: "Header", attribute: "Attribute" }[source.from];
    return map(
      ["name", value(name, cited)],
      ["type", value(type, cited)],
      sourceEntry(source, cited, ["literalValue", "headerName", "attributeKey"]),
    );
  };

  const dimension = (cited: Cited<{ readonly key: string; readonly source: SketchSource | null }>): Out =>
    map(
      ["key", value(cited.value.key, cited)],
      cited.value.source === null
        ? ["remove", value(true, cited)]
        : sourceEntry(cited.value.source, cited, ["value", "fromHeader", "fromAttribute"]),
    );

  const metrics = (): Out | null => {
    const block = sketch.metrics;
    if (block === undefined || isEmpty({ ...sketch, tracing: {}, logs: {} })) return null;
    const { provider, overrides = [] } = block;
    return map(
      block.enabled === undefined
        ? null
        : gep
          ? ["mode", value(block.enabled.value ? "Enabled" : "Disabled", block.enabled)]
          : ["enabled", value(block.enabled.value, block.enabled)],
      [
        "provider",
        provider === undefined
          ? null
          : map(
              ["type", value(provider.value.type, provider)],
              provider.value.endpoint === null ? null : ["endpoint", value(provider.value.endpoint, provider)],
            ),
      ],
      [
        "overrides",
        list(
          overrides.map((override) =>
            map(
              ["name", value(override.name.value, override.name)],
              override.type === undefined ? null : ["type", value(override.type.value, override.type)],
              override.disabled === undefined ? null : ["disabled", value(override.disabled.value, override.disabled)],
              ["dimensions", list((override.dimensions ?? []).map(dimension))],
            ),
          ),
        ),
      ],
      block.genAI === undefined ? null : ["genAI", map(["enabled", value(true, block.genAI)])],
    );
  };

  const logs = (): Out | null => {
    const block = sketch.logs;
    if (block === undefined || isEmpty({ ...sketch, tracing: {}, metrics: {} })) return null;
    const { provider } = block;
    if (provider !== undefined && provider.value === null) unsaid.push({ cited: provider, why: "" });
    return map(
      switched(block.enabled),
      [
        "provider",
        provider === undefined || provider.value === null
          ? null
          : map(["type", value("OTLP", provider)], ["endpoint", value(provider.value, provider)]),
      ],
      block.format === undefined ? null : ["format", value(block.format.value, block.format)],
      [
        "matches",
        list(
          (block.matches ?? []).map((match) =>
            "path" in match.value
              ? map(["path", value(match.value.path, match)])
              : map(["cel", value(match.value.cel, match)]),
          ),
        ),
      ],
      ["fields", list((block.fields ?? []).map((field) => value(field.value, field)))],
    );
  };

  const target = (cited: Cited<Target>): Out => {
    const { kind, namespace, name } = cited.value;
    const group = kind === "Gateway" ? "gateway.networking.k8s.io" : "";
    const elsewhere = kind === "Gateway" && namespace !== sketch.namespace;
    if (elsewhere && dialect === "draft") cannot(cited, "a Gateway in another namespace");
    return map(
      ["group", value(group, cited)],
      ["kind", value(kind, cited)],
      ["name", value(name, cited)],
      elsewhere && dialect !== "draft" ? ["namespace", value(namespace, cited)] : null,
    );
  };
  const targets = (): readonly [string, Out | null] => {
    if (dialect !== "draft") return ["targetRefs", list(sketch.targets.map(target))];
    const [first, ...rest] = sketch.targets;
    for (const other of rest) cannot(other, "more than one target");
    return ["targetRef", first === undefined ? null : target(first)];
  };

  return {
    apiVersion: apiVersions[dialect],
    metadata: map(
      ["name", value(sketch.name)],
      ["namespace", value(sketch.namespace)],
      sketch.createdAt === null ? null : ["creationTimestamp", value(sketch.createdAt)],
    ),
    spec: map(targets(), ["tracing", tracing()], ["metrics", metrics()], ["accessLogs", logs()]),
    unsaid,
  };
};

const sourceEntry = (
  source: SketchSource,
  cited: Cited<unknown>,
  [literal, header, attribute]: readonly [string, string, string],
): readonly [string, Out] => {
  switch (source.from) {
    case "literal":
      return [literal, value(source.value, cited)];
    case "header":
      return [header, value(source.name, cited)];
    case "attribute":
      return [attribute, value(source.key, cited)];
  }
};

import { crdDialects, definitionOf } from "./definition.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

/**
 * JSON Schema (draft 07, which editors know best) of a policy file's documents: what the CustomResourceDefinitions say, by
 * apiVersion. Documents of other kinds are left alone, since Gateways and grants may stand in the same file.
 */
export const editorSchema = (): JsonObject => ({
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "TelemetryPolicy of the Gateway API, in the dialects that otel-policy-agent reads",
  type: "object",
  allOf: crdDialects.map((dialect) => {
    const { spec }: Definition = JSON.parse(JSON.stringify(definitionOf(dialect)));
    const [version] = spec.versions;
    if (version === undefined) throw new Error(`${dialect} has no version`);
    const ofThisKind = {
      properties: { apiVersion: { const: `${spec.group}/${version.name}` }, kind: { const: spec.names.kind } },
      required: ["apiVersion", "kind"],
    };
    // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
    return { if: ofThisKind, then: editorsOwn(version.schema.openAPIV3Schema) };
  }),
});

type Definition = {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: JsonObject } }[];
  };
};

/** OpenAPI's words in JSON Schema's; what only an API server understands goes, and a field that nobody knows is marked. */
const editorsOwn = (schema: JsonObject): JsonObject => {
  const { exclusiveMinimum, minimum, format, ...rest } = schema;
  const kept = Object.entries(rest)
    .filter(([key]) => !key.startsWith("x-kubernetes-"))
    .map(([key, value]) => [key, insideOf(key, value)] as const);
  return {
    ...Object.fromEntries(kept),
    ...(minimum === undefined ? {} : { [exclusiveMinimum === true ? "exclusiveMinimum" : "minimum"]: minimum }),
    ...(format === "date-time" ? { format } : {}),
    ...(isObject(rest["properties"]) && !isOpen(rest["properties"]) ? { additionalProperties: false } : {}),
  };
};

const insideOf = (key: string, value: Json): Json => {
  if (key === "items" && isObject(value)) return editorsOwn(value);
  if (key !== "properties" || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [name, isObject(inside) ? editorsOwn(inside) : inside]),
  );
};

/** Kubernetes itself says what is in metadata and beside spec. */
const isOpen = (properties: JsonObject): boolean => "apiVersion" in properties;

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

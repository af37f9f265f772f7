import { list, type Schema, text, word } from "./json-schema.ts";

const condition: Schema = {
  type: "object",
  required: ["lastTransitionTime", "message", "reason", "status", "type"],
  properties: {
    type: text(1, 316, { pattern: "^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$" }),
    status: word("True", "False", "Unknown"),
    reason: text(1, 1024, { pattern: "^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$" }),
    message: text(0, 32768),
    observedGeneration: { type: "integer", format: "int64", minimum: 0 },
    lastTransitionTime: { type: "string", format: "date-time" },
  },
};

/** PolicyStatus of GEP-713, as the policies of Gateway API have it. */
export const statusSchema: Schema = {
  type: "object",
  required: ["ancestors"],
  properties: {
    ancestors: list(
      {
        type: "object",
        required: ["ancestorRef", "conditions", "controllerName"],
        properties: {
          ancestorRef: {
            type: "object",
            required: ["name"],
            properties: {
              group: text(0, 253),
              kind: text(1, 63),
              namespace: text(1, 63),
              name: text(1, 253),
              sectionName: text(1, 253),
              port: { type: "integer", format: "int32", minimum: 1, maximum: 65535 },
            },
          },
          controllerName: text(1, 253),
          conditions: list(condition, 8, {
            minItems: 1,
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["type"],
          }),
        },
      },
      16,
    ),
  },
};

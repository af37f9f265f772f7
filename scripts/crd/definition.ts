import type { Dialect } from "../../src/policy/types.ts";
import { specSchema } from "./spec-schema.ts";
import { statusSchema } from "./status-schema.ts";

const versions = {
  draft: { group: "gateway.networking.k8s.io", version: "v1alpha2" },
  agentic: { group: "agentic.networking.x-k8s.io", version: "v1alpha1" },
  gep4768: { group: "gateway.networking.x-k8s.io", version: "v1alpha1" },
} as const satisfies { readonly [dialect in Dialect]: { readonly group: string; readonly version: string } };

/** File names, in the order of the proposals. */
export const crdDialects = ["draft", "agentic", "gep4768"] as const;

/** The CustomResourceDefinition of one dialect. */
export const definitionOf = (dialect: Dialect): object => {
  const { group, version } = versions[dialect];
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `telemetrypolicies.${group}`,
      labels: { "gateway.networking.k8s.io/policy": "Direct" },
      annotations: {
        "helm.sh/resource-policy": "keep",
        // The API server asks this of every group below k8s.io.
        ...(group.endsWith(".k8s.io")
          ? { "api-approved.kubernetes.io": "unapproved, experimental: TelemetryPolicy is a proposal to Gateway API" }
          : {}),
      },
    },
    spec: {
      group,
      scope: "Namespaced",
      names: {
        kind: "TelemetryPolicy",
        listKind: "TelemetryPolicyList",
        plural: "telemetrypolicies",
        singular: "telemetrypolicy",
        shortNames: ["telpol"],
        categories: ["gateway-api"],
      },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: [
            {
              name: "Accepted",
              type: "string",
              jsonPath: '.status.ancestors[0].conditions[?(@.type=="Accepted")].status',
            },
            {
              name: "Reason",
              type: "string",
              jsonPath: '.status.ancestors[0].conditions[?(@.type=="Programmed")].reason',
            },
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
          schema: {
            openAPIV3Schema: {
              type: "object",
              required: ["spec"],
              properties: {
                apiVersion: { type: "string" },
                kind: { type: "string" },
                metadata: { type: "object" },
                spec: specSchema(dialect),
                status: statusSchema,
              },
            },
          },
        },
      ],
    },
  };
};

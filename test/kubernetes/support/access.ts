import assert from "node:assert/strict";
import type { ApiServer } from "./api-server.ts";
import { template } from "./helm.ts";
import { at } from "./policies.ts";

/** Asserts that the server took it. */
export const create = async (server: ApiServer, path: string, body: object): Promise<void> => {
  const { status, text } = await server.ask("POST", path, body);
  assert.equal(status, 201, text);
};

/** The namespace `observability` with the rights that the chart gives its pods under these values; a token of theirs. */
export const installAccess = async (server: ApiServer, values: object): Promise<string> => {
  await create(server, "/api/v1/namespaces", {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "observability" },
  });
  const accounts = "/api/v1/namespaces/observability/serviceaccounts";
  const places = new Map([
    ["ServiceAccount", accounts],
    ["ClusterRole", "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
    ["ClusterRoleBinding", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"],
  ]);
  for (const manifest of template(values)) {
    const place = places.get(manifest.kind);
    if (place !== undefined) await create(server, place, manifest);
  }
  const { status, body, text } = await server.ask("POST", `${accounts}/otel-otel-policy-agent/token`, {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: {},
  });
  assert.equal(status, 201, text);
  return String(at(body, "status", "token"));
};

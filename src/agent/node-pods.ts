import { jsonAt } from "../base/json-at.ts";
import { owningGatewayNamespace } from "../dataplane/envoy-gateway.ts";
import type { NamespaceSource } from "./node-namespaces.ts";
import type { ApiServer } from "./status-writer-api.ts";

/** Some controllers run proxies in a namespace of their own, and say by labels whose they are. */
const ownerLabels = [owningGatewayNamespace];

/** Pods per answer: metadata alone is below 4 KiB each. */
const perPage = 500;

/** Asks the API server for the pods of a node: no more than their metadata, and from its cache. */
export const podsOfNode = (api: ApiServer, node: string): NamespaceSource => {
  const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
  return {
    read: async () => {
      const found = new Set<string>();
      for (let more: string | null = ""; more !== null; ) {
        const page: string = more === "" ? "&resourceVersion=0" : `&continue=${encodeURIComponent(more)}`;
        const { status, body } = await api.get(`${path}&limit=${perPage}${page}`, "metadata");
        const items = jsonAt(body, "items");
        if (status !== 200 || !Array.isArray(items))
          throw new Error(
            status === 401 || status === 403
              ? `the API server answers ${status}: this ServiceAccount may not list pods; the chart's nodeNamespaces makes the role`
              : `the API server answers ${status} to the list of pods of node ${node}`,
          );
        for (const item of items) {
          const names = [
            jsonAt(item, "metadata", "namespace"),
            ...ownerLabels.map((label) => jsonAt(item, "metadata", "labels", label)),
          ];
          for (const name of names) if (typeof name === "string" && name !== "") found.add(name);
        }
        const next = jsonAt(body, "metadata", "continue");
        more = typeof next === "string" && next !== "" ? next : null;
      }
      return found;
    },
    follow: (onHint) => api.follow(path, onHint),
  };
};

import { readFlow } from "../../agent/flow.ts";
import type { TokenRow } from "../../agent/view.ts";
import type { Sample } from "../../collector/metrics-text.ts";
import { targetName } from "../../resolve/types.ts";

/** What the policies' metrics say at the endpoint a Prometheus would scrape. */
export type Derived = {
  /** Requests counted, by target as `targetName` writes it. */
  readonly requests: ReadonlyMap<string, number>;
  readonly tokens: readonly TokenRow[];
};

export const nothingDerived: Derived = { requests: new Map(), tokens: [] };

const requestsMetric = "http_server_request_count_total";

const targetOf = ({ labels }: Sample): string | null => {
  const name = labels.get("k8s_gateway_name") ?? "";
  const namespace = labels.get("k8s_gateway_namespace") ?? "";
  if (name !== "" && namespace !== "") return targetName({ kind: "Gateway", namespace, name });
  const mesh = labels.get("k8s_namespace_name") ?? "";
  return mesh === "" ? null : targetName({ kind: "Namespace", namespace: mesh, name: mesh });
};

export const derivedFrom = (samples: readonly Sample[]): Derived => {
  const requests = new Map<string, number>();
  for (const sample of samples) {
    const target = sample.name === requestsMetric ? targetOf(sample) : null;
    if (target !== null) requests.set(target, (requests.get(target) ?? 0) + sample.value);
  }
  return { requests, tokens: readFlow(samples).tokens };
};

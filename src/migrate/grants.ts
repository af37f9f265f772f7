import type { Dialect } from "../policy/types.ts";
import type { Ledger } from "./ledger.ts";
import type { Cited, Sketch, SketchProvider } from "./sketch.ts";
import { emitted, list, map, value } from "./yaml-out.ts";

/** A policy that refers to a Service of another namespace, which that namespace's owner must permit. */
export type Referral = {
  readonly policy: string;
  readonly from: string;
  readonly service: { readonly namespace: string; readonly name: string };
  readonly provider: Cited<SketchProvider>;
};

/** What a sketch refers to when it is written in this dialect: only GEP-4768 refers to Services. */
export const referralOf = (sketch: Sketch, dialect: Dialect): Referral | null => {
  const { tracing } = sketch;
  const provider = tracing?.provider;
  if (dialect !== "gep4768" || sketch.targets.length === 0 || tracing?.enabled?.value === false) return null;
  if (provider?.value.kind !== "service" || provider.value.namespace === sketch.namespace) return null;
  const { namespace, name } = provider.value;
  return {
    policy: `${sketch.namespace}/${sketch.name}`,
    from: sketch.namespace,
    service: { namespace, name },
    provider,
  };
};

/** The permissions that these policies need, one per Service: without them no policy could send where its manifest did. */
export const grantsFor = (referrals: readonly Referral[], ledger: Ledger): readonly string[] => {
  const byService = Map.groupBy(referrals, ({ service }) => `${service.namespace}/${service.name}`);
  return [...byService].map(([service, all]) => {
    const [namespace = "", name = ""] = service.split("/");
    const grant = `telemetry-policies-to-${name}`;
    for (const { provider } of all)
      ledger.note(provider.node, {
        outcome: "changed",
        to: `ReferenceGrant ${namespace}/${grant}`,
        why: `a reference to a Service of another namespace needs that namespace's leave: the owner of ${namespace} applies the grant`,
      });
    const from = [...new Set(all.map((referral) => referral.from))].sort();
    const out = map(
      ["apiVersion", value("gateway.networking.k8s.io/v1beta1")],
      ["kind", value("ReferenceGrant")],
      ["metadata", map(["name", value(grant)], ["namespace", value(namespace)])],
      [
        "spec",
        map(
          [
            "from",
            list(
              from.map((each) =>
                map(
                  ["group", value("gateway.networking.x-k8s.io")],
                  ["kind", value("TelemetryPolicy")],
                  ["namespace", value(each)],
                ),
              ),
            ),
          ],
          ["to", list([map(["group", value("")], ["kind", value("Service")], ["name", value(name)])])],
        ),
      ],
    );
    const whom = all.map(({ policy }) => policy).sort();
    const head = `# leave for ${whom.length === 1 ? "policy" : "policies"} ${[...new Set(whom)].join(", ")} to send to Service ${service}; who owns ${namespace} decides`;
    return `${[head, ...emitted(out, 0, () => "")].join("\n")}\n`;
  });
};

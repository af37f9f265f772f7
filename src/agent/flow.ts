import { byText } from "../base/order.ts";
import type { Sample } from "../collector/metrics-text.ts";
import type { Instruments } from "../telemetry/instruments.ts";
import type { FlowRow, TokenRow } from "./view.ts";

/** What ingest counted, as rows of the view. */
export type Flow = { readonly flow: readonly FlowRow[]; readonly tokens: readonly TokenRow[] };

export const noFlow: Flow = { flow: [], tokens: [] };

/** The same as counters of the agent's own metrics. */
export const itemsOf = ({ flow }: Flow): Parameters<Instruments["items"]>[0] =>
  flow.flatMap(({ signal, policy, received, kept }) => [
    { labels: { signal, policy, stage: "received" }, value: received },
    { labels: { signal, policy, stage: "kept" }, value: kept },
    { labels: { signal, policy, stage: "dropped" }, value: Math.max(0, received - kept) },
  ]);

const itemsMetric = "otel_policy_pipeline_items_total";
const tokensMetric = "otel_policy_gen_ai_tokens_total";

const isSignal = (text: string): text is FlowRow["signal"] =>
  text === "traces" || text === "metrics" || text === "logs";

/** One scrape of ingest's flow port. Rows in a fixed order; labels that a row does not name are summed over. */
export const readFlow = (samples: readonly Sample[]): Flow => {
  const flow = new Map<string, FlowRow>();
  const tokens = new Map<string, { row: Omit<TokenRow, "tokens">; bySource: Map<string, number> }>();
  for (const { name, labels, value } of samples) {
    if (!Number.isFinite(value)) continue;
    if (name === itemsMetric) {
      const signal = labels.get("signal") ?? "";
      const policy = labels.get("policy") ?? "";
      if (!isSignal(signal) || policy === "") continue;
      const key = `${policy}\0${signal}`;
      const row = flow.get(key) ?? { signal, policy, received: 0, kept: 0 };
      const stage = labels.get("stage");
      flow.set(key, {
        ...row,
        received: row.received + (stage === "received" ? value : 0),
        kept: row.kept + (stage === "kept" ? value : 0),
      });
    } else if (name === tokensMetric) {
      const row = { target: targetOf(labels), model: modelOf(labels), bucket: labels.get("bucket") ?? "" };
      const key = [row.target, row.model, row.bucket].join("\0");
      const counted = tokens.get(key) ?? { row, bySource: new Map<string, number>() };
      const source = labels.get("source") ?? "";
      counted.bySource.set(source, (counted.bySource.get(source) ?? 0) + value);
      tokens.set(key, counted);
    }
  }
  // A model call that left a span and a log record was counted from both: the fuller source counts, never their sum.
  const most = new Map(
    [...tokens].map(([key, { row, bySource }]) => [key, { ...row, tokens: Math.max(...bySource.values()) }] as const),
  );
  return { flow: inOrder(flow), tokens: inOrder(most) };
};

/** As `targetName` of resolve/types.ts writes it. */
export const targetOf = (labels: ReadonlyMap<string, string>): string => {
  const gateway = labels.get("k8s_gateway_name") ?? "";
  if (gateway !== "") return `Gateway ${labels.get("k8s_gateway_namespace") ?? ""}/${gateway}`;
  const namespace = labels.get("k8s_namespace_name") ?? "";
  return namespace === "" ? "" : `Namespace ${namespace}`;
};

const modelOf = (labels: ReadonlyMap<string, string>): string =>
  labels.get("gen_ai_request_model") || labels.get("gen_ai_response_model") || "";

const inOrder = <T>(rows: ReadonlyMap<string, T>): readonly T[] =>
  [...rows].sort(([a], [b]) => byText(a, b)).map(([, row]) => row);

/** Counters that begin anew with a restarted ingest go on where the one before ended. */
export type Carry = { readonly last: Flow; readonly base: Flow };

export const noCarry: Carry = { last: noFlow, base: noFlow };

/** Adds a scrape; `flow` never goes down over a series of them. */
export const carried = ({ last, base }: Carry, now: Flow): { readonly carry: Carry; readonly flow: Flow } => {
  // Any counter that fell, or is gone, tells of a new process: what the one before had counted is added for good.
  const fell =
    last.flow.some((row) => (now.flow.find(sameFlow(row))?.received ?? 0) < row.received) ||
    last.tokens.some((row) => (now.tokens.find(sameTokens(row))?.tokens ?? 0) < row.tokens);
  const next = fell ? add(base, last) : base;
  return { carry: { last: now, base: next }, flow: add(next, now) };
};

const sameFlow = (a: FlowRow) => (b: FlowRow) => a.policy === b.policy && a.signal === b.signal;
const sameTokens = (a: TokenRow) => (b: TokenRow) =>
  a.target === b.target && a.model === b.model && a.bucket === b.bucket;

const add = (a: Flow, b: Flow): Flow => ({
  flow: [
    ...a.flow.map((row) => {
      const other = b.flow.find(sameFlow(row));
      return { ...row, received: row.received + (other?.received ?? 0), kept: row.kept + (other?.kept ?? 0) };
    }),
    ...b.flow.filter((row) => !a.flow.some(sameFlow(row))),
  ].sort((x, y) => byText(x.policy, y.policy) || byText(x.signal, y.signal)),
  tokens: [
    ...a.tokens.map((row) => ({ ...row, tokens: row.tokens + (b.tokens.find(sameTokens(row))?.tokens ?? 0) })),
    ...b.tokens.filter((row) => !a.tokens.some(sameTokens(row))),
  ].sort((x, y) => byText(x.target, y.target) || byText(x.model, y.model) || byText(x.bucket, y.bucket)),
});

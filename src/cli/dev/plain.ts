import { type DevModel, tokensOf } from "./model.ts";
import { shareOf } from "./shares.ts";
import { clockTime, count, millis, percent, shortOf } from "./words.ts";

/** One status line for logs and pipes: the same figures as the screen. */
export const statusLine = (model: DevModel): string => {
  const rows = model.view.flow.filter((row) => row.received > 0);
  const flow = rows.map(
    (row) =>
      `${row.policy} ${row.signal} received ${count(row.received)} kept ${count(row.kept)} (last 2 s ${percent(shareOf(model.shares, row).now)})`,
  );
  const tokens = tokensOf(model)
    .filter((row) => row.bucket !== "reasoning")
    .reduce((sum, row) => sum + row.tokens, 0);
  return [
    `${clockTime(model.now)} ${model.view.at}`,
    ...flow,
    ...[...model.derived.requests].map(([target, requests]) => `${target} ${count(requests)} requests counted`),
    ...(tokens > 0 ? [`${count(tokens)} tokens`] : []),
    `access log ${count(model.accessLog.lines)} lines`,
    `refused ${count(model.sent.refusedRequests)}`,
  ].join(" | ");
};

/** What happened between two models, oldest first: generations, failed tries, policies that changed their state. */
export const eventLines = (before: DevModel | null, after: DevModel): readonly string[] => {
  const lines: string[] = [];
  const time = clockTime(after.now);
  const report = after.view.lastReload;
  if (report !== null && report.at !== before?.view.lastReload?.at && report.outcome !== "unchanged") {
    const live = after.view.live;
    const now = live === null ? "" : `, generation ${live.number} ${shortOf(live.digest)} is live`;
    lines.push(
      `${time} reload ${report.outcome} (${report.reason.replaceAll("_", " ")}) in ${millis(report.totalMs)}${now}`,
    );
    if (report.words !== null)
      lines.push(
        ...report.words
          .trimEnd()
          .split("\n")
          .map((text) => `  ${text}`),
      );
  }
  const states = new Map(before?.view.policies.map((policy) => [policy.id, policy.state]));
  for (const policy of after.view.policies) {
    if (states.get(policy.id) !== policy.state)
      lines.push(
        `${time} policy ${policy.id} is ${policy.state}${policy.reason === "" ? "" : ` (${policy.reason})`} on ${policy.targets.join(", ")}`,
      );
  }
  if (after.frame !== null && after.frame !== before?.frame) lines.push(...after.frame.trimEnd().split("\n"));
  return lines;
};

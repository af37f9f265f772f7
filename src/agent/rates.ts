import type { Sample } from "../collector/metrics-text.ts";

/** What one exporter did; `waiting` is its queue at the moment, in requests. */
export type ExporterCounts = { readonly sent: number; readonly failed: number; readonly waiting: number };

/** What a Collector counted of itself since its start, or within a time. */
export type Counts = {
  readonly accepted: number;
  /** Refused to whoever sent it, or lost on its way to the exporters. */
  readonly refused: number;
  readonly exporters: ReadonlyMap<string, ExporterCounts>;
};

export const noCounts: Counts = { accepted: 0, refused: 0, exporters: new Map() };

const items = "(?:spans|metric_points|log_records)(?:_total)?(?:__\\w+)?$";
const accepted = new RegExp(`^otelcol_receiver_accepted_${items}`);
const refused = new RegExp(`^otelcol_receiver_(?:refused|failed)_${items}`);
const sent = new RegExp(`^otelcol_exporter_sent_${items}`);
const failed = new RegExp(`^otelcol_exporter_send_failed_${items}`);
/** Of one exporter and signal, in whatever it is measured in. */
export const queueSize = /^otelcol_exporter_queue_size(?:__\w+)?$/;

/** Reads the Collector's own metrics, under the names of v0.145–v0.158 with and without units and type suffixes. */
export const countsOf = (samples: readonly Sample[]): Counts => {
  const exporters = new Map<string, ExporterCounts>();
  let [taken, turnedAway] = [0, 0];
  for (const { name, labels, value } of samples) {
    if (!Number.isFinite(value)) continue;
    if (accepted.test(name)) taken += value;
    else if (refused.test(name)) turnedAway += value;
    const id = labels.get("exporter");
    if (id === undefined) continue;
    const known = exporters.get(id) ?? { sent: 0, failed: 0, waiting: 0 };
    exporters.set(id, {
      sent: known.sent + (sent.test(name) ? value : 0),
      failed: known.failed + (failed.test(name) ? value : 0),
      waiting: known.waiting + (queueSize.test(name) ? value : 0),
    });
  }
  return { accepted: taken, refused: turnedAway, exporters };
};

/** What happened from one reading of a process to a later one. */
export const between = (before: Counts, now: Counts): Counts => ({
  accepted: now.accepted - before.accepted,
  refused: now.refused - before.refused,
  exporters: new Map(
    [...now.exporters].map(([id, counts]) => {
      const then = before.exporters.get(id);
      return [
        id,
        {
          sent: counts.sent - (then?.sent ?? 0),
          failed: counts.failed - (then?.failed ?? 0),
          waiting: counts.waiting,
        },
      ];
    }),
  ),
});

/** Fewer items say nothing about a rate. */
const enough = 20;
/** By how much a share may grow before it is a breach. */
const refusalMargin = 0.1;
const failureMargin = 0.25;

const share = (part: number, rest: number): number => (part + rest === 0 ? 0 : part / (part + rest));

/**
 * Why a generation does worse than the one before it, one sentence a line, each beginning with the config path it speaks
 * of where there is one; null when it does not. An exporter's id says what it is configured to, so one that the
 * generation before had too can be blamed for more failures, but not for a backend that just now does not answer. `had` knows
 * exporters of that generation which nobody asked in time.
 */
export const breachOf = (
  before: Counts,
  now: Counts,
  had: (exporter: string) => boolean = () => false,
): string | null => {
  const words: string[] = [];
  const refusedNow = share(now.refused, now.accepted);
  if (now.refused >= enough && refusedNow > share(before.refused, before.accepted) + refusalMargin)
    words.push(`it refused ${percent(refusedNow)} of ${now.refused + now.accepted} items`);
  for (const [id, counts] of now.exporters) {
    const then = before.exporters.get(id);
    const failedNow = share(counts.failed, counts.sent);
    if (counts.failed >= enough && failedNow > share(then?.failed ?? 0, then?.sent ?? 0) + failureMargin)
      words.push(`exporters::${id}: ${percent(failedNow)} of ${counts.failed + counts.sent} items failed for good`);
    const isStuck = counts.waiting > 0 && counts.sent === 0 && counts.failed === 0 && now.accepted >= enough;
    if (then === undefined && !had(id) && isStuck)
      words.push(`exporters::${id}: ${now.accepted} items came in and none left`);
  }
  return words.length === 0 ? null : words.join("\n");
};

const percent = (part: number): string => `${Math.round(part * 100)} %`;

/**
 * `node bench/reload.ts [--write] [WORD…]`: edits under traffic, a backend that hangs, and twelve broken edits, for each way
 * to bring policies into service, in one run on one machine. Prints the table of docs/reload.md; --write puts it there. With
 * words only the ways whose name has one of them.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "../src/traffic/post.ts";
import { startOracle } from "../test/support/oracle.ts";
import { markPolicy } from "../test/support/policy-scene.ts";
import { poll } from "../test/support/poll.ts";
import { attributeOf, type Sink } from "../test/support/sink.ts";
import { median } from "./benchmark.ts";
import { inspectCollector } from "./reload-collector.ts";
import type { Broken, Contestant, Running } from "./reload-contestant.ts";
import { contestants } from "./reload-contestants.ts";

const edits = 10;
const perSecond = 200;
const hangMs = Number(process.env["HANG_SECONDS"] ?? 60) * 1000;

const replaced =
  (from: string | RegExp, to: string) =>
  (text: string): string =>
    text.replace(from, to);

const broken: readonly Broken[] = [
  {
    what: "half a file",
    policy: (text) => text.slice(0, text.indexOf("literalValue") + 5),
    config: (text) => text.slice(0, text.length >> 1),
  },
  { what: "broken YAML", policy: replaced("spec:", "spec: ["), config: replaced("service:", "service: [") },
  {
    what: "an unknown field",
    policy: replaced("tracing:", "trasing:"),
    config: replaced("\n    endpoint:", "\n    endpiont:"),
  },
  {
    what: "a wrong type",
    policy: replaced("customAttributes: [", "customAttributes: 7 # ["),
    config: replaced(/endpoint: "[^"]*"/, "endpoint: [1]"),
  },
  {
    what: "a duplicate key",
    policy: replaced("metadata:", "metadata: {name: b}\nmetadata:"),
    config: (text) => `${text}\nservice: {}\n`,
  },
  {
    what: "an unknown component",
    policy: replaced("type: OTLP", "type: Zipkin2"),
    config: replaced("exporters:\n", "exporters:\n  zipkin2: {}\n"),
  },
  {
    what: "a reference to nothing",
    policy: replaced("targetRef:", "targetReff:"),
    config: replaced(/exporters:\n( +)- "[^"]*"/, 'exporters:\n$1- "otlp_http/none"'),
  },
  {
    what: "an empty value",
    policy: replaced("name: gw}", "name: }"),
    config: replaced(/processors:\n( +)- "[^"]*"/, "processors:\n$1- "),
  },
  {
    what: "a port in use",
    policy: replaced("otel-collector.monitoring.svc:4317", "otel-collector.monitoring.svc:99999"),
    config: (text) =>
      text.replace(/endpoint: "127\.0\.0\.1:(\d+)"/g, (line, port: string) =>
        Number(port) > 0 ? line.replace(port, "1") : line,
      ),
  },
  {
    what: "a file that is not there",
    policy: replaced("type: OTLP", "type: OTLP, endpint: x"),
    config: replaced("tls:\n", "tls:\n      ca_file: /none/ca.pem\n"),
  },
  {
    what: "a bad statement",
    policy: replaced("literalValue:", "fromHeader: x, literalValue:"),
    config: replaced("set(", "sett("),
  },
  {
    what: "a part that is empty",
    policy: replaced(/spec:[\s\S]*/, "spec:\n"),
    config: replaced(/service:[\s\S]*/, "service:\n"),
  },
];

const lastMark = (sinks: readonly Sink[]): unknown =>
  attributeOf(sinks[0]?.spans.at(-1)?.record ?? { attributes: [] }, "mark");

type Result = {
  readonly refused: number;
  readonly lost: number;
  readonly doubled: number;
  readonly accepted: number;
  readonly liveMs: number;
  /** Edits that no record carried within half a minute. */
  readonly never: number;
  readonly closedMs: number;
  readonly hangLiveMs: number | null;
  readonly hangClosedMs: number;
  readonly hangRefused: number;
  readonly hangLost: number;
  readonly undisturbed: number;
  readonly disturbedBy: readonly string[];
};

/** How long nobody took a connection, at most, since it was started. */
const watchDoor = (endpoint: string) => {
  let longest = 0;
  let since: number | null = null;
  let isOver = false;
  const { post, close } = connect(endpoint, 1);
  const loop = (async () => {
    while (!isOver) {
      const { status } = await post({ path: "/v1/traces", items: 1, body: { resourceSpans: [] } });
      const now = performance.now();
      if (status === 200) since = null;
      else {
        since ??= now;
        longest = Math.max(longest, now - since);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    close();
  })();
  return async (): Promise<number> => {
    isOver = true;
    await loop;
    return longest;
  };
};

const policyOf = (mark: string): string => markPolicy("gw", mark);

const editUnderTraffic = async (running: Running) => {
  const oracle = startOracle({ endpoint: running.endpoint, perSecond, spansPerRequest: 10, gateways: ["gw"] });
  await poll("spans", () => oracle.accepted() > 500);
  const doorClosed = watchDoor(running.endpoint);
  const times: number[] = [];
  let never = 0;
  for (let edit = 1; edit <= edits; edit++) {
    const began = performance.now();
    running.apply(policyOf(`mark-${edit}`));
    const isLive = (): boolean => lastMark(running.sinks) === `mark-${edit}`;
    if (await poll(`edit ${edit}`, isLive, 30_000, 2).catch(() => false)) times.push(performance.now() - began);
    else never += 1;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const closedMs = await doorClosed();
  await oracle.stop();
  return { times, never, closedMs, verdict: await oracle.verdict(running.sinks, 3000, 20_000) };
};

/** Hangs, then an edit, then the backend is back. Live means here: a record that came after the edit has its mark. */
const editWhileHanging = async (running: Running) => {
  const [sink] = running.sinks;
  if (sink === undefined) throw new Error("no sink");
  const oracle = startOracle({ endpoint: running.endpoint, perSecond: 20, spansPerRequest: 10, gateways: ["gw"] });
  await poll("spans", () => oracle.accepted() > 100);
  sink.behave({ delayMs: hangMs, status: 503 });
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const doorClosed = watchDoor(running.endpoint);
  const began = performance.now();
  running.apply(policyOf("hung"));
  await new Promise((resolve) => setTimeout(resolve, hangMs));
  const closedMs = await doorClosed();
  sink.behave({});
  await poll("the edit", () => lastMark(running.sinks) === "hung", 120_000, 50).catch(() => null); // then it never was
  const hung = sink.spans.filter(({ record }) => attributeOf(record, "mark") === "hung");
  // The first record with the mark tells when it was taken.
  const first = Math.min(...hung.map(({ record }) => Number(BigInt(record.startTimeUnixNano) / 1_000_000n)));
  await oracle.stop();
  const verdict = await oracle.verdict(running.sinks, 35_000, 120_000);
  const liveMs = Number.isFinite(first) ? Math.max(0, first - (performance.timeOrigin + began)) : null;
  return { liveMs, closedMs, verdict };
};

const breakIt = async (contestant: Contestant, root: string) => {
  const disturbedBy: string[] = [];
  for (const [index, one] of broken.entries()) {
    const running = await contestant.start(policyOf("good"), join(root, `broken-${index}`));
    const oracle = startOracle({ endpoint: running.endpoint, perSecond: 50, gateways: ["gw"] });
    await poll("spans", () => (running.sinks[0]?.spans.length ?? 0) > 20);
    running.applyBroken(one);
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const seen = running.sinks[0]?.spans.length ?? 0;
    const flows = await poll("spans", () => (running.sinks[0]?.spans.length ?? 0) > seen + 20, 3000).catch(() => false);
    await oracle.stop();
    if (flows === false || oracle.refused() > 0 || lastMark(running.sinks) !== "good") disturbedBy.push(one.what);
    await running.stop();
  }
  return disturbedBy;
};

const measure = async (contestant: Contestant, root: string): Promise<Result> => {
  process.stderr.write(`${contestant.name}: edits\n`);
  const running = await contestant.start(policyOf("mark-0"), join(root, "edits"));
  const edited = await editUnderTraffic(running);
  process.stderr.write(`${contestant.name}: a backend that hangs\n`);
  const hung = await editWhileHanging(running);
  await running.stop();
  process.stderr.write(`${contestant.name}: broken edits\n`);
  const disturbedBy = await breakIt(contestant, root);
  return {
    refused: edited.verdict.refused,
    lost: edited.verdict.lost,
    doubled: edited.verdict.doubled,
    accepted: edited.verdict.accepted,
    liveMs: median(edited.times),
    never: edited.never,
    closedMs: edited.closedMs,
    hangLiveMs: hung.liveMs,
    hangClosedMs: hung.closedMs,
    hangRefused: hung.verdict.refused,
    hangLost: hung.verdict.lost,
    undisturbed: broken.length - disturbedBy.length,
    disturbedBy,
  };
};

const ms = (value: number): string => (value >= 10_000 ? `${(value / 1000).toFixed(0)} s` : `${Math.round(value)} ms`);

/** A way that could not be measured says why in place of its numbers. */
const table = (results: readonly (readonly [string, Result | string])[]): string => {
  const heads = [
    "way to apply an edit",
    "refused",
    "lost",
    "edit to live",
    "closed, longest",
    `backend hangs ${hangMs / 1000} s: live`,
    "closed",
    "refused",
    "lost",
    `undisturbed by ${broken.length} broken edits`,
  ];
  const rows = results.map(([name, r]) =>
    typeof r === "string"
      ? [name, `not measured: ${r}`, ...heads.slice(2).map(() => "")]
      : [
          name,
          `${r.refused} of ${r.accepted + r.refused}`,
          String(r.lost),
          r.never === 0 ? ms(r.liveMs) : `${ms(r.liveMs)}; ${r.never} of ${edits} never`,
          ms(r.closedMs),
          r.hangLiveMs === null ? "never" : ms(r.hangLiveMs),
          ms(r.hangClosedMs),
          String(r.hangRefused),
          String(r.hangLost),
          `${r.undisturbed}`,
        ],
  );
  return [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};

const root = mkdtempSync(join(tmpdir(), "reload-"));
const results: [string, Result | string][] = [];
const wanted = process.argv.slice(2).filter((word) => !word.startsWith("--"));
try {
  for (const [index, contestant] of contestants.entries()) {
    if (wanted.length > 0 && !wanted.some((word) => contestant.name.includes(word))) continue;
    const unable = await contestant.prepare();
    if (unable !== null) {
      process.stderr.write(`${contestant.name}: not measured: ${unable}\n`);
      results.push([contestant.name, unable]);
      continue;
    }
    const result = await measure(contestant, join(root, String(index)));
    results.push([contestant.name, result]);
    if (result.disturbedBy.length > 0) process.stderr.write(`  disturbed by ${result.disturbedBy.join(", ")}\n`);
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
const { version } = await inspectCollector();
const machine = `Collector ${version}, ${process.version}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown CPU"}; ${edits} edits at ${perSecond} requests of 10 spans a second; medians.`;
const text = `${table(results)}\n\n${machine}\n`;
process.stdout.write(text);
if (process.argv.includes("--write")) {
  const path = fileURLToPath(new URL("../docs/reload.md", import.meta.url));
  const before = readFileSync(path, "utf8");
  writeFileSync(
    path,
    before.replace(
      /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/,
      (_all, open: string, close: string) => `${open}${text}${close}`,
    ),
  );
}
process.exit(0);

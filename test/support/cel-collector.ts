import type { Condition } from "../../src/cel/condition.ts";
import { placesOf } from "../../src/cel/condition.ts";
import { otlp } from "../../src/dataplane/otlp.ts";
import { emitYaml } from "../../src/render/emit.ts";
import { conditionText } from "../../src/render/stages/condition.ts";
import { inputGroups } from "../../src/render/stages/condition-inputs.ts";
import type { Export } from "../../src/traffic/batch.ts";
import { int, type KeyValue, spanKind } from "../../src/traffic/otlp.ts";
import { connect } from "../../src/traffic/post.ts";
import { attributesOfRecord, type CelRecord, viewOf } from "./cel-records.ts";
import { runCollector } from "./collector.ts";
import { freePorts } from "./free-port.ts";
import { poll } from "./poll.ts";
import { attributeOf, startSink } from "./sink.ts";

/**
 * How a real Collector decides each condition for each record: `answers[condition][record]`. One process decides them
 * all; `propagate` makes any run-time error refuse the batch.
 */
export const decideInCollector = async (
  conditions: readonly Condition[],
  records: readonly CelRecord[],
  context: "log" | "span" = "log",
): Promise<{ readonly answers: readonly (readonly boolean[])[]; readonly log: string }> => {
  const [port = 0] = await freePorts(1);
  const sink = await startSink();
  const places = new Map(conditions.flatMap(placesOf).map((place) => [JSON.stringify(place), place]));
  const config = emitYaml({
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    processors: {
      transform: {
        error_mode: "propagate",
        [context === "log" ? "log_statements" : "trace_statements"]: [
          ...inputGroups([otlp], context, [...places.values()]).map((group) => ({
            ...group,
            statements: [...group.statements],
          })),
          {
            context,
            statements: conditions.map(
              (condition, index) =>
                `set(${context}.attributes["answer.${index}"], true) where ${conditionText(context, condition)}`,
            ),
          },
        ],
      },
    },
    exporters: { otlp_http: { endpoint: sink.url, encoding: "json", compression: "none", tls: { insecure: true } } },
    service: {
      telemetry: { metrics: { level: "none" } },
      pipelines: {
        [context === "log" ? "logs" : "traces"]: {
          receivers: ["otlp"],
          processors: ["transform"],
          exporters: ["otlp_http"],
        },
      },
    },
  });
  const collector = await runCollector({ config, ports: [port] });
  const { post, close } = connect(`http://127.0.0.1:${port}`);
  try {
    const { rejected } = await post(context === "log" ? logsOf(records) : spansOf(records));
    if (rejected > 0) throw new Error(`the Collector refused ${rejected} records:\n${collector.log().slice(-4000)}`);
    const arrived = (): readonly { readonly attributes: readonly KeyValue[] }[] =>
      (context === "log" ? sink.logs : sink.spans).map(({ record }) => record);
    await poll("all records", () => arrived().length >= records.length, 30_000);
    const keys = new Map(arrived().map((record) => [attributeOf(record, number), keysOf(record)]));
    const answers = conditions.map((_, condition) =>
      records.map((_record, index) => keys.get(index)?.has(`answer.${condition}`) === true),
    );
    return { answers, log: collector.log() };
  } finally {
    close();
    await collector.stop();
    await sink.close();
  }
};

/** Tells records apart on the other side. */
const number = "test.record";

const numbered = (record: CelRecord, index: number): readonly KeyValue[] => [
  ...attributesOfRecord(record),
  int(number, index),
];

const keysOf = ({ attributes }: { readonly attributes: readonly KeyValue[] }): ReadonlySet<string> =>
  new Set(attributes.map(({ key }) => key));

const logsOf = (records: readonly CelRecord[]): Export => ({
  path: "/v1/logs",
  items: records.length,
  body: {
    resourceLogs: [
      {
        resource: { attributes: [] },
        scopeLogs: [
          {
            scope: {},
            logRecords: records.map((record, index) => ({
              timeUnixNano: "1700000000000000000",
              body: {},
              attributes: numbered(record, index),
            })),
          },
        ],
      },
    ],
  },
});

const start = 1_700_000_000_000_000_000n;

/** Spans last as long as the record says; where it says nothing, they have no times. */
const spansOf = (records: readonly CelRecord[]): Export => ({
  path: "/v1/traces",
  items: records.length,
  body: {
    resourceSpans: [
      {
        resource: { attributes: [] },
        scopeSpans: [
          {
            scope: {},
            spans: records.map((record, index) => {
              const { duration } = viewOf(record);
              return {
                traceId: String(index + 1).padStart(32, "0"),
                spanId: String(index + 1).padStart(16, "0"),
                flags: 1,
                name: "ingress",
                kind: spanKind.server,
                startTimeUnixNano: duration === null ? "0" : String(start),
                endTimeUnixNano: duration === null ? "0" : String(start + BigInt(duration)),
                attributes: numbered(record, index),
                status: {},
              };
            }),
          },
        ],
      },
    ],
  },
});

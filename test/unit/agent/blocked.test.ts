import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isBlocked } from "../../../src/agent/blocked.ts";
import { parseMetrics } from "../../../src/collector/metrics-text.ts";

/** Queues as `exporter signal size/capacity`. */
const metrics = (...queues: readonly string[]) =>
  parseMetrics(
    queues
      .map((queue) => {
        const [exporter = "", signal = "", numbers = ""] = queue.split(" ");
        const [size, capacity] = numbers.split("/");
        const labels = `{exporter="${exporter}",data_type="${signal}"}`;
        return `otelcol_exporter_queue_size${labels} ${size}\notelcol_exporter_queue_capacity${labels} ${capacity}\n`;
      })
      .join(""),
  );

describe("a core that a full queue keeps from ending", () => {
  const cases: readonly (readonly [what: string, queues: readonly string[], isFull: boolean])[] = [
    ["none", [], false],
    ["an empty one", ["disk/a traces 0/1000"], false],
    ["one with room", ["disk/a traces 700/1000"], false],
    ["a full one", ["disk/a traces 1000/1000"], true],
    ["one that is too full for the next request", ["disk/a traces 800/1000"], true],
    ["a full one of another signal", ["disk/a traces 0/1000", "disk/a logs 1000/1000"], true],
    ["a full one, and another that is in memory and empty", ["disk/a traces 1000/1000", "memory/b traces 0/10"], true],
    [
      "a full one, and another whose requests would be lost",
      ["disk/a traces 1000/1000", "memory/b traces 1/10"],
      false,
    ],
    ["a full one in memory", ["memory/b traces 10/10"], false],
  ];
  for (const [what, queues, isFull] of cases)
    test(what, () =>
      assert.equal(
        isBlocked(metrics(...queues), (exporter) => exporter.startsWith("disk/")),
        isFull,
      ),
    );
});

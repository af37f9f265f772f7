import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseLogLine } from "../../../src/collector/log-line.ts";

describe("console encoding", () => {
  test("time, level, caller, message, fields", () => {
    assert.deepEqual(
      parseLogLine(
        '2026-11-25T01:25:58.968Z\tinfo\totlpreceiver@v0.158.0/otlp.go:175\tStarting HTTP server\t{"resource": {"service.name": "x"}, "otelcol.component.id": "otlp", "otelcol.component.kind": "receiver", "endpoint": "/a.sock"}',
      ),
      {
        level: "info",
        at: "2026-11-25T01:25:58.968Z",
        message: "Starting HTTP server",
        fields: { "component.id": "otlp", endpoint: "/a.sock" },
      },
    );
  });
  test("a named logger, and a message with a tab", () => {
    const line = parseLogLine("2026-11-25T01:25:58.968Z\twarn\tgrpc\tgrpc/log.go:12\ta\tb");
    assert.deepEqual([line.level, line.message, line.fields], ["warn", "a b", {}]);
  });
  test("without a caller", () => {
    assert.equal(parseLogLine("2026-11-25T01:25:58.968Z\tfatal\tno").message, "no");
  });
  test("fields that are no JSON belong to the message", () => {
    assert.equal(parseLogLine("2026-11-25T01:25:58.968Z\tinfo\ta.go:1\tgot\t{cut").message, "got {cut");
  });
  test("structured values stay readable", () => {
    assert.equal(
      parseLogLine('2026-11-25T01:25:58.968Z\tinfo\ta.go:1\tm\t{"n": 3, "list": [1]}').fields["list"],
      "[1]",
    );
  });
});

describe("JSON encoding", () => {
  test("the same event", () => {
    assert.deepEqual(
      parseLogLine(
        '{"level":"error","ts":"2026-11-25T01:25:58.968Z","caller":"a.go:1","msg":"no","resource":{},"error":"why"}',
      ),
      { level: "error", at: "2026-11-25T01:25:58.968Z", message: "no", fields: { error: "why" } },
    );
  });
  test("JSON that is no log line is text", () => {
    assert.deepEqual(parseLogLine('{"a":1}'), { level: "info", at: null, message: '{"a":1}', fields: {} });
  });
});

test("lines that are no log lines: why it ended is an error, a stack trace is for debugging", () => {
  const levels = (lines: readonly string[]) => lines.map((line) => parseLogLine(line).level);
  assert.deepEqual(levels(["Error: bad", "panic: boom", "fatal error: all goroutines are asleep"]), [
    "error",
    "error",
    "error",
  ]);
  assert.deepEqual(levels(["goroutine 1 [running]:", "main.main()", "\t/src/main.go:12 +0x1d", "created by x"]), [
    "debug",
    "debug",
    "debug",
    "debug",
  ]);
  assert.deepEqual(levels(["hello"]), ["info"]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { createLog, type Log, type LogOptions } from "../../../src/telemetry/log.ts";
import { handClock } from "../../support/hand-clock.ts";

const start = Date.UTC(2026, 10, 25, 1, 25, 58, 968);
const logTo = (options: Partial<LogOptions> = {}) => {
  const clock = handClock(start);
  const lines: string[] = [];
  const log = createLog({ level: "info", format: "logfmt", clock, write: (text) => lines.push(text), ...options });
  return { log, lines, clock };
};
const printed = (use: (log: Log) => void, options: Partial<LogOptions> = {}): readonly string[] => {
  const { log, lines } = logTo(options);
  use(log);
  return lines;
};

describe("formats", () => {
  const event = (log: Log): void =>
    log.with({ generation: 3 })("warn", "config refused", {
      policy: "shop/edge",
      path: "a b",
      none: undefined,
      ok: false,
    });
  test("logfmt", () => {
    assert.deepEqual(printed(event), [
      'ts=2026-11-25T01:25:58.968Z level=warn msg="config refused" generation=3 policy=shop/edge path="a b" ok=false\n',
    ]);
  });
  test("json", () => {
    assert.deepEqual(
      printed(event, { format: "json" }).map((line) => JSON.parse(line) as unknown),
      [
        {
          ts: "2026-11-25T01:25:58.968Z",
          level: "warn",
          msg: "config refused",
          generation: 3,
          policy: "shop/edge",
          path: "a b",
          ok: false,
        },
      ],
    );
  });
  test("pretty", () => {
    assert.deepEqual(printed(event, { format: "pretty" }), [
      '01:25:58.968 WARN  config refused generation=3 policy=shop/edge path="a b" ok=false\n',
    ]);
  });
  test("pretty with colours", () => {
    const [line = ""] = printed((log) => log("info", "hello"), { format: "pretty", color: true });
    assert.ok(line.includes("\x1b[32mINFO \x1b[39m hello"), JSON.stringify(line));
  });
  test("a field cannot pass for the level or the time", () => {
    const [line = ""] = printed((log) => log("info", "m", { level: "error", ts: "never" }), { format: "json" });
    assert.equal((JSON.parse(line) as { level: string }).level, "info");
  });
  for (const format of ["logfmt", "json", "pretty"] as const) {
    test(`${format}: whatever the text, it is one line and moves no cursor`, () => {
      fc.assert(
        fc.property(fc.string({ unit: "binary" }), (text) => {
          const [line = "", ...more] = printed((log) => log("info", text, { field: text, [text]: 1 }), { format });
          assert.deepEqual(more, []);
          assert.match(line, /^[^\x00-\x1f\x7f-\x9f]*\n$/);
        }),
      );
    });
  }
});

describe("levels", () => {
  const all = (log: Log): void => {
    for (const level of ["debug", "info", "warn", "error"] as const) log(level, level);
  };
  const levels = (level: LogOptions["level"]) => printed(all, { level }).map((line) => /level=(\w+)/.exec(line)?.[1]);
  test("those below are left out", () => {
    assert.deepEqual(levels("debug"), ["debug", "info", "warn", "error"]);
    assert.deepEqual(levels("warn"), ["warn", "error"]);
  });
});

describe("repeats", () => {
  const repeat = (log: Log, times: number, fields = {}): void => {
    for (let i = 0; i < times; i++) log("warn", "export failed", { try: i, ...fields });
  };
  test("five pass, the rest are counted and told when their time is up", () => {
    const { log, lines, clock } = logTo();
    repeat(log, 12);
    assert.equal(lines.length, 5);
    clock.turn(10_000);
    log("info", "something else");
    assert.equal(lines.length, 7);
    assert.match(lines[5] ?? "", /msg="export failed" try=11 repeated=7$/m);
    repeat(log, 1);
    assert.equal(lines.length, 8, "a new window begins");
  });
  test("what differs in level, message or process is not the same", () => {
    const { log, lines } = logTo();
    repeat(log, 6);
    repeat(log, 1, { process: "core-1" });
    log("error", "export failed");
    assert.equal(lines.length, 7);
  });
  test("a flush tells what was held back, once", () => {
    const { log, lines } = logTo();
    repeat(log, 6);
    log.flush();
    log.flush();
    assert.equal(lines.length, 6);
    assert.match(lines[5] ?? "", /repeated=1$/m);
  });
  test("few repeats are not remarked upon", () => {
    const { log, lines } = logTo();
    repeat(log, 5);
    log.flush();
    assert.equal(lines.length, 5);
  });
  test("with more kinds of lines than are remembered, no count is lost", () => {
    const { log, lines } = logTo();
    repeat(log, 8);
    for (let i = 0; i < 600; i++) log("info", `line ${i}`);
    log.flush();
    assert.equal(lines.filter((line) => line.includes("repeated=3")).length, 1);
    assert.equal(lines.length, 5 + 600 + 1);
  });
});

describe("secrets", () => {
  const line = (message: string, fields = {}): string => printed((log) => log("info", message, fields))[0] ?? "";
  const cases: readonly [string, string, object?][] = [
    ["a URL with credentials", "sending to https://user:hunter2@otel.example/v1"],
    ["a bearer header", "got authorization: Bearer hunter2hunter2"],
    ["a basic header", "header Basic aHVudGVyMjpodW50ZXIy"],
    ["a setting", 'exporter {"api_key": "hunter2", "endpoint": "x"}'],
    ["YAML", "password: hunter2"],
    ["a field by its name", "m", { bearer_token: "hunter2" }],
    ["a field by its text", "m", { words: "failed for https://a:hunter2@b" }],
  ];
  for (const [name, message, fields] of cases) {
    test(name, () => {
      const text = line(message, fields);
      assert.doesNotMatch(text, /hunter2|aHVudGVyMjpodW50ZXIy/);
      assert.match(text, /\[redacted\]/);
    });
  }
  test("what is no secret stays", () => {
    const text = line("counting gen_ai tokens: 12, basic auth is off, token bucket input", {
      token_bucket: "input",
      policy: "a/b",
    });
    assert.doesNotMatch(text, /redacted/);
  });
});

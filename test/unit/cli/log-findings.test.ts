import assert from "node:assert/strict";
import { test } from "node:test";
import { logFindings } from "../../../src/cli/log-findings.ts";
import { diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { createLog } from "../../../src/telemetry/log.ts";
import { handClock } from "../../support/hand-clock.ts";

const setup = () => {
  const lines: string[] = [];
  const log = createLog({
    level: "debug",
    format: "logfmt",
    clock: handClock(),
    write: (text) => lines.push(text.replace(/^ts=\S+ /, "")),
  });
  return { lines, onFinding: logFindings(log) };
};

const sources = new Map([["a.yaml", "x:\n  y: 1\n"]]);
const error = diagnostic("TP2102", { percent: 120 }, { file: "a.yaml", start: 5, end: 6 }, { policy: "prod/edge" });
const warning = diagnostic("TP1004", { where: "a" }, null);

test("one event a finding, with its place, policy and remedy", () => {
  const { lines, onFinding } = setup();
  onFinding([error], sources);
  assert.equal(lines.length, 1);
  assert.match(
    lines[0] ?? "",
    /^level=error msg="sampling percent 120 .*" code=TP2102 at=a\.yaml:2:3 policy=prod\/edge why=.* fix=/,
  );
});

test("what was said of the input before is not said again; what is gone is counted", () => {
  const { lines, onFinding } = setup();
  onFinding([error, warning], sources);
  onFinding([error], sources);
  onFinding([error], sources);
  onFinding([], sources);
  assert.deepEqual(
    lines.map((line) => line.split(" code=")[0]?.trim()),
    [
      'level=error msg="sampling percent 120 is outside 0–100"',
      'level=warn msg="no TelemetryPolicy found in a"',
      'level=info msg="a finding is gone"',
      'level=info msg="a finding is gone"',
    ],
  );
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ledgerLine } from "../../../src/agent/ledger-line.ts";
import type { LedgerEntry } from "../../../src/agent/view.ts";
import { historyText } from "../../../src/cli/history-text.ts";
import { paint } from "../../../src/cli/paint.ts";
import { temporaryFolder } from "../../support/children.ts";
import { freePort } from "../../support/free-port.ts";
import { runCli } from "./run-cli.ts";

const committed: LedgerEntry = {
  number: 1,
  at: 1_795_494_668_000,
  outcome: "committed",
  reason: "applied",
  digest: "3f9a61c0d2e47b85",
  ingestDigest: "i",
  parent: null,
  generation: 1,
  cause: "change",
  policies: { "prod/a": "77b2de10aa01" },
  setAside: [],
  checks: { validate: 20, prove: 60 },
  totalMs: 213,
  refused: 0,
  gapMs: 0,
  collector: "0.158.0",
  words: null,
};
const rejected: LedgerEntry = {
  ...committed,
  number: 2,
  at: committed.at + 5000,
  outcome: "rejected",
  reason: "validate_failed",
  digest: "a01c55e2d2e47b85",
  generation: null,
  cause: "request",
  setAside: ["prod/b"],
  refused: null,
  gapMs: null,
  words: "exporters::x: odd\nmore",
};

test("as a table, newest first", () =>
  assert.equal(
    historyText([committed, rejected], paint(false)),
    `WHEN                  OUTCOME                     DIGEST        CAUSE    TOOK    REFUSED  GAP   NOTE
2026-11-24T04:31:13Z  rejected (validate failed)  a01c55e2d2e4  request  213 ms  -        -     without prod/b; exporters::x: odd
2026-11-24T04:31:08Z  committed 1                 3f9a61c0d2e4  change   213 ms  0        0 ms
`,
  ));

/** Something that answers every request so, and remembers what was asked. */
const answering = async (t: TestContext, status: number, body: unknown) => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = server.address();
  return { asked, listen: `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}` };
};

test("history asks the agent", async (t) => {
  const { asked, listen } = await answering(t, 200, { live: null, reloads: [], ledger: [committed] });
  const { code, out } = await runCli(`history -o json --listen ${listen}`);
  assert.deepEqual([code, JSON.parse(out), asked], [0, [committed], ["GET /api/v1/generations"]]);
});

test("without an agent, history reads what the last one left", async (t) => {
  const folder = temporaryFolder(t);
  const listen = `127.0.0.1:${await freePort()}`;
  const none = await runCli(`history --listen ${listen} --run-dir ${folder}`);
  assert.equal(none.code, 1);
  assert.match(none.err, /nothing listens there, and .* holds no ledger/);
  writeFileSync(join(folder, "ledger.log"), `${ledgerLine(committed)}cut sho`);
  const { code, out } = await runCli(`history -o json --listen ${listen} --run-dir ${folder}`);
  assert.deepEqual([code, JSON.parse(out)], [0, [committed]]);
});

test("rollback asks for the generation and says how it went", async (t) => {
  const good = await answering(t, 200, { report: {}, diagnostics: [] });
  const done = await runCli(`rollback --to 3f9a --listen ${good.listen}`);
  assert.deepEqual([done.code, done.out, good.asked], [0, "", ["POST /-/rollback?to=3f9a"]]);
  const bad = await answering(t, 404, { error: "no generation 77", fix: "take another" });
  const failed = await runCli(`rollback --to 77 --listen ${bad.listen}`);
  assert.deepEqual([failed.code, failed.err], [1, "otel-policy: no generation 77\n  fix  take another\n"]);
  assert.equal((await runCli("rollback")).code, 2);
});

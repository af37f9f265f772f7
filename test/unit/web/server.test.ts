import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, beforeEach, describe, test } from "node:test";
import type { ReloadAnswer, Served } from "../../../src/agent/options.ts";
import type { AgentView, ReloadReport } from "../../../src/agent/view.ts";
import { diagnostic } from "../../../src/diagnostics/diagnostic.ts";
import { serve } from "../../../src/web/server.ts";

const report: ReloadReport = {
  outcome: "committed",
  reason: "applied",
  digest: "d1",
  at: 1000,
  totalMs: 80,
  stages: { validate: 20 },
  words: null,
};
const view: AgentView = {
  at: "serving",
  ready: true,
  live: { number: 3, digest: "d1", since: 1000 },
  lastReload: report,
  collector: { version: "0.158.0", path: "/c" },
  policies: [],
  status: [],
  diagnostics: [],
  flow: [],
  tokens: [],
};

type Reply = { readonly status: number; readonly headers: NodeJS.Dict<string | string[]>; readonly body: string };

describe("web server", () => {
  let now: { view: AgentView; config: ReturnType<Served["config"]>; answer: ReloadAnswer; asked: number };
  beforeEach(() => {
    now = {
      view,
      config: { ingest: "i: 1", core: "c: 1" },
      answer: { kind: "ended", report, diagnostics: [] },
      asked: 0,
    };
  });
  let server: Awaited<ReturnType<typeof serve>>;
  before(async () => {
    server = await serve("127.0.0.1:0", {
      view: () => now.view,
      config: () => now.config,
      history: () => [report],
      ledger: () => [],
      rollback: (to) => {
        now.asked += 1;
        return Promise.resolve(
          to === "d1"
            ? now.answer
            : { kind: "unknown", found: diagnostic("TP5019", { digest: to, known: ["d1"] }, null) },
        );
      },
      metrics: () => Promise.resolve("up 1\n"),
      reload: () => {
        now.asked += 1;
        return Promise.resolve(now.answer);
      },
    });
  });
  after(() => server.close());

  const ask = (path: string, method = "GET", headers: NodeJS.Dict<string> = {}): Promise<Reply> =>
    new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, server.url), { method, headers }, (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      outgoing.on("error", reject);
      outgoing.end();
    });

  test("alive, whatever the state", async () => {
    now.view = { ...view, ready: false, at: "stranded" };
    assert.deepEqual([(await ask("/healthz")).status, (await ask("/healthz")).body], [200, "ok\n"]);
  });

  test("ready, or why not", async () => {
    assert.equal((await ask("/readyz")).status, 200);
    now.view = { ...view, ready: false, at: "stopping" };
    const reply = await ask("/readyz");
    assert.deepEqual([reply.status, reply.body], [503, "not ready: stopping\n"]);
  });

  test("the view, the policies, the generations, the config and the metrics", async () => {
    assert.deepEqual(JSON.parse((await ask("/api/v1/status")).body), view);
    assert.deepEqual(JSON.parse((await ask("/api/v1/policies")).body), { policies: [], status: [], diagnostics: [] });
    assert.deepEqual(JSON.parse((await ask("/api/v1/generations")).body), {
      live: view.live,
      reloads: [report],
      ledger: [],
    });
    assert.deepEqual(JSON.parse((await ask("/api/v1/config?x=1")).body), { ingest: "i: 1", core: "c: 1" });
    const metrics = await ask("/metrics");
    assert.deepEqual(
      [metrics.body, metrics.headers["content-type"]],
      ["up 1\n", "text/plain; version=0.0.4; charset=utf-8"],
    );
  });

  test("no config before the first commit", async () => {
    now.config = null;
    assert.deepEqual([(await ask("/api/v1/config")).status, now.asked], [404, 0]);
  });

  test("nothing is kept by caches or shown to other origins", async () => {
    const { headers } = await ask("/api/v1/status", "GET", { origin: "http://evil.example" });
    assert.equal(headers["cache-control"], "no-store");
    assert.equal(headers["access-control-allow-origin"], undefined);
  });

  test("HEAD is GET without a body", async () => {
    const reply = await ask("/api/v1/status", "HEAD");
    assert.deepEqual([reply.status, reply.body], [200, ""]);
  });

  test("an unknown path and a wrong method are told as JSON", async () => {
    const unknown = await ask("/api/v2");
    assert.equal(unknown.status, 404);
    assert.ok(JSON.parse(unknown.body).paths.includes("/api/v1/status"));
    const wrong = await ask("/api/v1/status", "DELETE");
    assert.deepEqual(
      [wrong.status, wrong.headers["allow"], JSON.parse(wrong.body).error],
      [405, "GET", "/api/v1/status takes GET only"],
    );
    assert.deepEqual([(await ask("/-/reload")).status, now.asked], [405, 0]);
  });

  for (const host of ["evil.example", "evil.example:13134", "127.0.0.1.evil.example", "localhost.evil.example"]) {
    test(`the name ${host} is not ours`, async () => {
      const reply = await ask("/-/reload", "POST", { host });
      assert.deepEqual([reply.status, now.asked], [421, 0]);
    });
  }
  for (const host of ["localhost", "LOCALHOST:13134", "127.0.0.1:1", "[::1]:13134", "10.1.2.3:13134"]) {
    test(`the name ${host} is`, async () => {
      assert.equal((await ask("/healthz", "GET", { host })).status, 200);
    });
  }

  test("a reload: what came of it", async () => {
    const good = await ask("/-/reload", "POST");
    assert.deepEqual([good.status, JSON.parse(good.body)], [200, { report, diagnostics: [] }]);
    now.answer = {
      kind: "ended",
      report: { ...report, outcome: "rejected", reason: "validate_failed", words: "no" },
      diagnostics: [],
    };
    const bad = await ask("/-/reload", "POST");
    assert.deepEqual([bad.status, JSON.parse(bad.body).error], [400, "no"]);
    now.answer = { kind: "in flight" };
    assert.equal((await ask("/-/reload", "POST")).status, 409);
  });

  test("a rollback names its generation, and answers like a reload", async () => {
    assert.equal((await ask("/-/rollback", "POST")).status, 400);
    const unknown = await ask("/-/rollback?to=zz", "POST");
    assert.deepEqual([unknown.status, JSON.parse(unknown.body).code], [404, "TP5019"]);
    const good = await ask("/-/rollback?to=d1", "POST");
    assert.deepEqual([good.status, JSON.parse(good.body)], [200, { report, diagnostics: [] }]);
    assert.equal((await ask("/-/rollback?to=d1", "POST", { origin: "http://localhost:3000" })).status, 403);
    assert.equal(now.asked, 2);
  });

  test("a reload is not for web pages", async () => {
    const reply = await ask("/-/reload", "POST", { origin: "http://localhost:3000" });
    assert.deepEqual([reply.status, now.asked], [403, 0]);
  });

  test("an address that is taken is refused", async () => {
    const { host } = new URL(server.url);
    await assert.rejects(
      serve(host, {
        ...now,
        view: () => view,
        config: () => null,
        history: () => [],
        ledger: () => [],
        rollback: async () => now.answer,
        metrics: async () => "",
        reload: async () => now.answer,
      }),
      { code: "EADDRINUSE" },
    );
  });
});

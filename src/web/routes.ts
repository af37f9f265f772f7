import type { ReloadAnswer, Served } from "../agent/options.ts";
import type { Json } from "../base/canonical.ts";
import { isLoopbackPeer } from "./host.ts";

export type Answer = { readonly status: number; readonly type: string; readonly body: string };

/** What a route may look at of a request. */
export type Asked = { readonly peer: string | undefined; readonly query: URLSearchParams };

export type Route = {
  readonly method: "GET" | "POST";
  readonly answer: (served: Served, asked: Asked) => Answer | Promise<Answer>;
};

const text = (status: number, body: string): Answer => ({
  status,
  type: "text/plain; charset=utf-8",
  body: `${body}\n`,
});

export const json = (status: number, value: unknown): Answer => ({
  status,
  type: "application/json; charset=utf-8",
  body: `${JSON.stringify(value)}\n`,
});

/** Every error has this one shape. */
export const problem = (status: number, error: string, details: { readonly [key: string]: Json } = {}): Answer =>
  json(status, { error, ...details });

const answerOf = (answer: ReloadAnswer): Answer => {
  switch (answer.kind) {
    case "in flight":
      return problem(409, "a reload is in flight; ask again when it has ended");
    case "ended": {
      const { report, diagnostics } = answer;
      const isGood = report.outcome === "committed" || report.outcome === "unchanged";
      return isGood
        ? json(200, { report, diagnostics })
        : json(400, { error: report.words ?? report.reason, report, diagnostics });
    }
  }
};

/** The whole surface. Reading is free to whoever reaches the address; what acts is for this machine only. */
export const routes: ReadonlyMap<string, Route> = new Map<string, Route>([
  // Alive: never false because of a policy or a Collector, or kubelet would restart what works.
  ["/healthz", { method: "GET", answer: () => text(200, "ok") }],
  [
    "/readyz",
    {
      method: "GET",
      answer: (served) => {
        const { ready, at } = served.view();
        return ready ? text(200, "ok") : text(503, `not ready: ${at}`);
      },
    },
  ],
  [
    "/metrics",
    {
      method: "GET",
      answer: async (served) => ({
        status: 200,
        type: "text/plain; version=0.0.4; charset=utf-8",
        body: await served.metrics(),
      }),
    },
  ],
  ["/api/v1/status", { method: "GET", answer: (served) => json(200, served.view()) }],
  [
    "/api/v1/policies",
    {
      method: "GET",
      answer: (served) => {
        const { policies, status, diagnostics } = served.view();
        return json(200, { policies, status, diagnostics });
      },
    },
  ],
  [
    "/api/v1/generations",
    {
      method: "GET",
      answer: (served) => json(200, { live: served.view().live, reloads: served.history(), ledger: served.ledger() }),
    },
  ],
  [
    "/api/v1/config",
    {
      method: "GET",
      answer: (served, { peer }) => {
        // The base config can hold credentials of the platform's own exporters, written out.
        if (!isLoopbackPeer(peer)) return problem(403, "the config is shown to this machine only");
        const config = served.config();
        return config === null ? problem(404, "no generation is live yet") : json(200, config);
      },
    },
  ],
  [
    "/-/reload",
    {
      method: "POST",
      answer: async (served, { peer }) => {
        if (!isLoopbackPeer(peer)) return problem(403, "a reload can be asked for from this machine only");
        return answerOf(await served.reload());
      },
    },
  ],
  [
    "/-/rollback",
    {
      method: "POST",
      answer: async (served, { peer, query }) => {
        if (!isLoopbackPeer(peer)) return problem(403, "a rollback can be asked for from this machine only");
        const to = query.get("to") ?? "";
        if (to === "") return problem(400, "name a generation: /-/rollback?to=DIGEST");
        const answer = await served.rollback(to);
        if (answer.kind !== "unknown") return answerOf(answer);
        const { code, message, fix } = answer.found;
        return problem(404, message, { code, fix });
      },
    },
  ],
]);

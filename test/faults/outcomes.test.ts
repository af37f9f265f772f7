import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { LedgerEntry } from "../../src/agent/view.ts";
import { inspect } from "../../src/collector/inspect.ts";
import { systemClock } from "../../src/collector/system-clock.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { requireCollector } from "../support/collector.ts";
import { killNow, notedCollectors, waitingCollectors } from "../support/noted-collectors.ts";
import { markPolicy, type PolicyScene, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";

const misbehaving = fileURLToPath(new URL("collectors/misbehaves.sh", import.meta.url));
const page = readFileSync(new URL("../../docs/reload.md", import.meta.url), "utf8");

/** Every `outcome reason` of the table in the docs. */
const documented = [...page.matchAll(/^\| `(\w+)` \| (`[^|]*) \|/gm)].flatMap(([, outcome, reasons = ""]) =>
  [...reasons.matchAll(/`(\w+)`/g)].map(([, reason]) => `${outcome} ${reason}`),
);

type Stage = {
  readonly scene: PolicyScene;
  readonly edit: (mark: string) => void;
  /** Once, in the moment in which a line of the agent's log fits. */
  readonly at: (line: RegExp, act: () => void) => void;
  /** The Collector's program goes, or comes back. */
  readonly remove: () => void;
  readonly bringBack: () => void;
  readonly newestCore: () => number;
};

/** What makes each of them happen, in an agent that serves. */
const causes: { readonly [pair: string]: (stage: Stage) => unknown } = {
  "committed applied": ({ edit }) => edit("good"),
  "unchanged same_digest": ({ scene }) => scene.agent.reload(),
  "rejected compile_error": ({ scene }) => scene.write("a.yaml", "spec: ["),
  "rejected validate_failed": ({ edit }) => edit("REFUSED"),
  "rejected start_failed": ({ edit }) => edit("NEVER_STARTS"),
  "rejected not_healthy": ({ edit }) => edit("NEVER_HEALTHY"),
  "rejected died": async ({ scene, edit, at, newestCore }) => {
    // ingest is being started anew and is waited for; meanwhile the end of the candidate is noticed, or another try is needed.
    for (let number = 1; number <= 5; number++) {
      const { lastReload } = scene.agent.view();
      at(/msg="Collector started" process=core-/, () => {
        for (const pid of notedCollectors(scene.runDir, "ingest")) killNow(pid);
      });
      at(/msg="step ingest of try \d+ begins"/, () => killNow(newestCore()));
      edit(`good-${number}`);
      const { lastReload: last } = await scene.until("an end", (view) => view.lastReload !== lastReload);
      if (last?.reason === "died" && last.outcome === "rejected") return;
      await scene.until("rest", ({ ready, at: where }) => ready && where === "serving");
    }
  },
  "rejected commit_failed": ({ scene, edit, at }) => {
    at(/msg="step commit of try \d+ begins"/, () => {
      const sockets = readdirSync(scene.runDir).filter((name) => /^core-\d+\.sock$/.test(name));
      const newest = sockets.toSorted((a, b) => Number(/\d+/.exec(a)) - Number(/\d+/.exec(b))).at(-1);
      unlinkSync(join(scene.runDir, newest ?? ""));
    });
    edit("good");
  },
  "rejected no_collector": ({ edit, remove }) => {
    remove();
    edit("good");
  },
  "rejected known_bad": async ({ scene, edit }) => {
    edit("NEVER_HEALTHY");
    await scene.until("failed", ({ lastReload }) => lastReload?.reason === "not_healthy");
    edit("good");
    await scene.until("good", ({ lastReload }) => lastReload?.outcome === "committed");
    edit("NEVER_HEALTHY");
  },
  "rolledBack breach": ({ edit, at, newestCore }) => {
    at(/msg="policies applied"/, () => process.kill(newestCore(), "SIGSTOP"));
    edit("good");
  },
  "rolledBack died": ({ edit }) => edit("DIES_LATER"),
  "stranded died": ({ remove, newestCore }) => {
    remove();
    killNow(newestCore());
  },
  "stranded breach": ({ edit, at, remove, newestCore }) => {
    at(/msg="policies applied"/, () => {
      process.kill(newestCore(), "SIGSTOP");
      remove();
    });
    edit("good");
  },
};

describe("every outcome and reason of the docs is told by status, history, log, metrics and ledger", () => {
  test("the table of the docs and this one have the same rows", () => {
    assert.ok(documented.length >= 13, documented.join());
    assert.deepEqual(Object.keys(causes).toSorted(), documented.toSorted());
  });

  for (const [pair, cause] of Object.entries(causes))
    test(pair, async () => {
      const [outcome = "", reason = ""] = pair.split(" ");
      const root = mkdtempSync(join(tmpdir(), "outcome-"));
      const program = join(root, "collector");
      // It reads a neighbour, which stays where it is.
      const text = readFileSync(misbehaving, "utf8").replace('$(dirname "$0")', dirname(misbehaving));
      const bringBack = (): void => writeFileSync(program, text, { mode: 0o755 });
      bringBack();
      const path = requireCollector();
      const { value } = await inspect(path, { env: process.env });
      assert.ok(value !== null);
      const lines: string[] = [];
      const waiting: (readonly [line: RegExp, act: () => void])[] = [];
      const log = createLog({
        level: "debug",
        format: "logfmt",
        clock: systemClock,
        write: (line) => {
          lines.push(line);
          const due = waiting.findIndex(([fits]) => fits.test(line));
          if (due >= 0) for (const [, act] of waiting.splice(due, 1)) act();
        },
      });
      const scene = await startPolicyScene(
        { "a.yaml": markPolicy("a", "mark-0") },
        {
          collector: { ...value, path: program, source: "flag" },
          env: { PATH: process.env["PATH"], REAL_COLLECTOR: path },
          reloadTimeoutMs: 2500,
          drainTimeoutMs: 1000,
          observeMs: 2000,
          log,
        },
      );
      try {
        await scene.until("rest", ({ ready, at }) => ready && at === "serving");
        lines.length = 0;
        const before = scene.agent.view().lastReload;
        await cause({
          scene,
          edit: (mark) => scene.write("a.yaml", markPolicy("a", mark)),
          at: (line, act) => waiting.push([line, act]),
          remove: () => {
            unlinkSync(program);
            for (const pid of waitingCollectors(scene.runDir)) killNow(pid); // one that has started needs no program
          },
          bringBack,
          newestCore: () => Math.max(...notedCollectors(scene.runDir, "core")),
        });
        const view = await poll(
          pair,
          () =>
            scene.views.find(
              ({ lastReload: last }) => last !== before && last?.outcome === outcome && last.reason === reason,
            ),
          15_000,
        ).catch((error: unknown) => {
          throw new Error(lines.join(""), { cause: error });
        });
        const report = view.lastReload;
        const ledger = async () =>
          ((await (await fetch(`${scene.agent.url}/api/v1/generations`)).json()) as { readonly ledger: LedgerEntry[] })
            .ledger;
        // What changed nothing is no line of it.
        if (outcome !== "unchanged")
          await poll("a line of the ledger", async () =>
            (await ledger()).some((entry) => entry.outcome === outcome && entry.reason === reason),
          );
        const metrics = await (await fetch(`${scene.agent.url}/metrics`)).text();
        assert.match(metrics, new RegExp(`otel_policy_reloads_total{outcome="${outcome}",reason="${reason}"} [1-9]`));
        assert.ok(
          lines.some((line) => line.includes(`reason=${reason}`)),
          lines.join(""),
        );
        // Whatever failed says why in words, but for what the author's own text is to blame for.
        if (outcome !== "committed" && outcome !== "unchanged") assert.ok((report?.words ?? "") !== "", pair);
        // Nothing is stuck.
        bringBack();
        scene.write("a.yaml", markPolicy("a", "mark-end"));
        await scene.until("rest", ({ at }) => at === "serving");
        scene.agent.reload();
        await scene.until("good again", ({ ready, at, diagnostics, lastReload }) => {
          const isLive = lastReload?.outcome === "committed" || lastReload?.reason === "same_digest";
          return ready && at === "serving" && isLive && diagnostics.every(({ severity }) => severity !== "error");
        });
      } finally {
        await scene.end();
        rmSync(root, { recursive: true, force: true });
      }
    });
});

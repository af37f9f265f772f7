import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { freePorts } from "../support/free-port.ts";
import { startOracle } from "../support/oracle.ts";
import { testBase } from "../support/policy-collector.ts";
import { markPolicy, startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { attributeOf, startSink } from "../support/sink.ts";

const edits = 30;

type Lines = { readonly whole: ReadonlyMap<string, number>; readonly torn: readonly string[]; readonly files: number };

/** Ids of spans in the files of a folder, and lines that are no JSON. */
const linesIn = (folder: string): Lines => {
  const whole = new Map<string, number>();
  const torn: string[] = [];
  const names = readdirSync(folder);
  for (const name of names)
    for (const line of readFileSync(join(folder, name), "utf8").split("\n")) {
      if (line === "") continue;
      let ids: readonly string[];
      try {
        JSON.parse(line);
        ids = [...line.matchAll(/"spanId":"(\w+)"/g)].flatMap(([, id]) => id ?? []);
      } catch {
        torn.push(line.slice(0, 200));
        continue;
      }
      for (const id of ids) whole.set(id, (whole.get(id) ?? 0) + 1);
    }
  return { whole, torn, files: names.length };
};

describe("a file that the platform's own config writes, while cores change", () => {
  for (const [what, options] of [
    ["with rotation", "rotation: {max_megabytes: 1, max_backups: 0}"],
    ["appended to", "append: true, flush_interval: 200ms"],
    ["begun anew by every start of a Collector", "flush_interval: 200ms"],
  ] as const)
    test(`${what}: no line is torn, none is lost, none comes twice, over ${edits} edits`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), "files-"));
      const [otlp = 0, prometheus = 0] = await freePorts(2);
      const sink = await startSink();
      const base = testBase({ otlp, prometheus }, sink);
      const scene = await startPolicyScene(
        { "a.yaml": markPolicy("a", "mark-0") },
        {
          observeMs: 100,
          base: {
            ...base,
            text: base.text
              .replace("  prometheus: {", `  file/audit: {path: ${folder}/audit.json, ${options}}\n  prometheus: {`)
              .replace(
                "exporters: [otlp_http/default]}\n    metrics",
                "exporters: [otlp_http/default, file/audit]}\n    metrics",
              ),
          },
        },
      );
      try {
        await scene.until("ready", ({ ready }) => ready);
        // The first goes the way of the policy, the others the platform's own, which leads to the file.
        const oracle = startOracle({
          endpoint: `http://127.0.0.1:${otlp}`,
          perSecond: 120,
          spansPerRequest: 20,
          gateways: ["a", "b", "c"],
        });
        for (let edit = 1; edit <= edits; edit++) {
          scene.write("a.yaml", markPolicy("a", `mark-${edit}`));
          await scene.until(`edit ${edit}`, ({ live }) => live?.number === edit + 1);
        }
        await poll("the last edit", () =>
          scene.sink.spans.some(({ record }) => attributeOf(record, "mark") === `mark-${edits}`),
        );
        await oracle.stop();
        const verdict = await oracle.verdict([scene.sink, sink]);
        assert.deepEqual([verdict.refused, verdict.lost], [0, 0], JSON.stringify(verdict));
        // What went the platform's way went to both of its exporters.
        const wanted = new Set(sink.spans.map(({ record }) => record.spanId));
        await poll("all in the file", () => linesIn(folder).whole.size >= wanted.size, 3000).catch(() => {}); // told below
        const { whole, torn, files } = linesIn(folder);
        t.diagnostic(`${whole.size} of ${wanted.size} spans in ${files} files, ${torn.length} lines torn`);
        assert.ok(wanted.size > 1000, `${wanted.size} spans`);
        assert.deepEqual(torn, []);
        assert.deepEqual(
          [...wanted].filter((id) => whole.get(id) !== 1),
          [],
        );
        if (what === "with rotation") assert.ok(files > 1, "it was never full");
      } finally {
        await scene.end();
        await sink.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
});

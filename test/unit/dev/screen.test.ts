import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import type { DevModel } from "../../../src/cli/dev/model.ts";
import { screenLines } from "../../../src/cli/dev/screen.ts";
import { widthOf } from "../../../src/cli/dev/text-width.ts";
import { broken, model } from "./fixture.ts";

const golden = (name: string): string => readFileSync(new URL(`golden/${name}.txt`, import.meta.url), "utf8");
const drawn = (of: DevModel, columns: number, rows: number): string =>
  `${screenLines(of, { columns, rows }, false).join("\n")}\n`;

describe("screenLines", () => {
  test("serving, 120 × 40", () => assert.equal(drawn(model, 120, 40), golden("serving-120x40")));
  test("a broken edit, 100 × 32", () => assert.equal(drawn(broken, 100, 32), golden("broken-100x32")));
  test("a broken edit in a small terminal, 80 × 24", () => assert.equal(drawn(broken, 80, 24), golden("broken-80x24")));

  test("before the first generation it says what it waits for", () => {
    const starting: DevModel = {
      ...model,
      readySince: null,
      progress: "starting Collector…",
      view: { ...model.view, at: "starting", live: null, lastReload: null, flow: [], tokens: [], policies: [] },
    };
    const [first] = screenLines(starting, { columns: 80, rows: 24 }, false);
    assert.equal(first, "otel-policy dev  starting  starting Collector…  Collector 0.158.0");
  });

  test("no size makes it wider or taller than the terminal, and the way out stays", () => {
    for (const columns of [1, 10, 40, 79, 80, 132, 250]) {
      for (const rows of [1, 2, 5, 12, 24, 60]) {
        for (const shown of [model, broken]) {
          const lines = screenLines(shown, { columns, rows }, true).map(stripVTControlCharacters);
          assert.ok(lines.length <= rows, `${lines.length} lines in ${columns}×${rows}`);
          for (const line of lines) assert.ok(widthOf(line) <= columns, `"${line}" in ${columns} columns`);
          if (rows >= 2 && columns >= 10) assert.ok(lines.some((line) => line.includes("q quit")));
        }
      }
    }
  });

  test("colour changes no character", () => {
    const size = { columns: 100, rows: 32 };
    assert.deepEqual(
      screenLines(broken, size, true).map((line) => stripVTControlCharacters(line).trimEnd()),
      screenLines(broken, size, false),
    );
  });

  test("more policies than fit are counted", () => {
    const many: DevModel = {
      ...model,
      view: {
        ...model.view,
        tokens: [],
        policies: Array.from({ length: 30 }, (_, i) => ({
          id: `ns/p${i}`,
          state: "active" as const,
          targets: [`Gateway/ns/g${i}`],
          reason: "Programmed",
        })),
      },
    };
    const text = drawn(many, 100, 30);
    const shown = [...text.matchAll(/^. ns\/p\d+/gm)].length;
    assert.ok(text.includes(`… ${30 - shown} more policies`), text);
    assert.ok(shown >= 3);
  });

  test("text from files cannot drive the terminal", () => {
    const hostile: DevModel = { ...broken, frame: "x \u001b[2J\u0007 y\u009b1m", policies: "a\u001b]0;title\u0007" };
    const text = screenLines(hostile, { columns: 100, rows: 40 }, false).join("\n");
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    assert.ok(text.includes("x \ufffd[2J"));
  });

  test("a refused request is loud and says why", () => {
    const refused: DevModel = {
      ...model,
      sent: { ...model.sent, refusedRequests: 3, lastRefusal: "503 queue is full" },
    };
    assert.match(drawn(refused, 120, 40), /3 refused {2}503 queue is full/);
  });
});

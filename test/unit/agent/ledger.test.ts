import assert from "node:assert/strict";
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { Generations } from "../../../src/agent/generations.ts";
import { Ledger } from "../../../src/agent/ledger.ts";
import { ledgerLine, readLedger } from "../../../src/agent/ledger-line.ts";
import type { LedgerEntry } from "../../../src/agent/view.ts";
import { temporaryFolder } from "../../support/children.ts";

const entry = (number: number, words: string | null = null): LedgerEntry => ({
  number,
  at: 1_795_494_668_000 + number,
  outcome: "committed",
  reason: "applied",
  digest: number.toString(16).padStart(64, "0"),
  ingestDigest: "i",
  parent: null,
  generation: number,
  cause: "change",
  policies: { "prod/a": "3f9a61c0d2e4" },
  setAside: [],
  checks: { validate: 20 },
  totalMs: 200,
  refused: 0,
  gapMs: 0,
  collector: "0.158.0",
  words,
});

describe("a ledger", () => {
  test("whatever byte its writer died at: every whole entry is there, and the next one is whole again", async (t) => {
    const path = join(temporaryFolder(t), "ledger.log");
    const words = fc.oneof(fc.constant(null), fc.string({ unit: "binary", maxLength: 40 }), fc.constant("two\nlines"));
    await fc.assert(
      fc.asyncProperty(fc.array(words, { minLength: 1, maxLength: 4 }), fc.nat(), async (texts, where) => {
        const entries = texts.map((text, index) => entry(index + 1, text));
        const lines = entries.map(ledgerLine);
        const whole = lines.join("");
        const size = Buffer.byteLength(whole);
        const cut = where % (size + 1);
        writeFileSync(path, whole);
        truncateSync(path, cut);
        const ledger = await Ledger.open(path);
        let end = 0;
        const expected = entries.filter((_, index) => {
          end += Buffer.byteLength(lines[index] ?? "");
          return end <= cut;
        });
        assert.deepEqual(ledger.entries, expected);
        const next = entry(ledger.next);
        assert.equal(await ledger.append(next), null);
        assert.deepEqual((await Ledger.open(path)).entries, [...expected, next]);
      }),
      { numRuns: 100 },
    );
  });

  test("damage in the middle costs that entry alone", () => {
    const lines = [1, 2, 3].map((number) => ledgerLine(entry(number)));
    const text = [lines[0], lines[1]?.replace("committed", "rejected "), lines[2]].join("");
    const { entries, damaged, soundBytes } = readLedger(Buffer.from(text));
    assert.deepEqual([entries.map(({ number }) => number), damaged, soundBytes], [[1, 3], 1, Buffer.byteLength(text)]);
  });

  test("garbage at the end is cut off", async (t) => {
    const path = join(temporaryFolder(t), "ledger.log");
    writeFileSync(path, ledgerLine(entry(1)));
    appendFileSync(path, "no entry\n\0\0\0");
    const ledger = await Ledger.open(path);
    assert.deepEqual([ledger.entries.length, ledger.recovered], [1, { cutBytes: 12, damaged: 1 }]);
    assert.equal(readFileSync(path, "utf8"), ledgerLine(entry(1)));
  });

  test("the oldest half is forgotten", async (t) => {
    const path = join(temporaryFolder(t), "ledger.log");
    const ledger = await Ledger.open(path, { most: 10 });
    for (let number = 1; number <= 12; number++) assert.equal(await ledger.append(entry(ledger.next)), null);
    const again = await Ledger.open(path, { most: 10 });
    assert.deepEqual(again.entries, ledger.entries);
    assert.deepEqual(
      again.entries.map(({ number }) => number),
      [6, 7, 8, 9, 10, 11, 12],
    );
  });

  test("a file that cannot be written is told, and the entry is known all the same", async (t) => {
    const folder = temporaryFolder(t);
    const ledger = await Ledger.open(join(folder, "ledger.log"));
    const { rmSync } = await import("node:fs");
    rmSync(folder, { recursive: true });
    assert.equal((await ledger.append(entry(1)))?.code, "TP5021");
    assert.equal(ledger.entries.length, 1);
  });
});

test("generations: found by the beginning of their digest, forgotten but for those to keep", async (t) => {
  const generations = new Generations(join(temporaryFolder(t), "generations"));
  const digests = ["a", "b", "c"].map((letter) => letter.repeat(64));
  for (const digest of digests)
    await generations.store({ digest, files: [{ path: "p.yaml", text: digest }], policies: [["p.yaml", "prod/a"]] });
  assert.deepEqual(await generations.find("bbbb"), [digests[1]]);
  assert.equal((await generations.load(digests[1] ?? ""))?.files[0]?.text, digests[1]);
  await generations.keep(new Set(digests.slice(1)));
  assert.deepEqual([await generations.load(digests[0] ?? ""), await generations.find("")], [null, digests.slice(1)]);
});

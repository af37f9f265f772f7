import assert from "node:assert/strict";
import { appendFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { tail } from "../../../src/collector/tail.ts";
import { temporaryFolder } from "../../support/children.ts";
import { poll } from "../../support/poll.ts";
import { realClock } from "../../support/real-clock.ts";

const follow = (t: TestContext, before: string, fromEnd = false) => {
  const path = join(temporaryFolder(t), "log");
  writeFileSync(path, before);
  let text = "";
  let skipped = 0;
  const tailing = tail({
    path,
    clock: realClock,
    fromEnd,
    onBytes: (bytes) => {
      text += Buffer.from(bytes).toString("utf8");
    },
    onSkipped: (bytes) => {
      skipped += bytes;
    },
  });
  return { path, tailing, text: () => text, skipped: () => skipped };
};

test("what is there and what comes, to the last byte", async (t) => {
  const { path, tailing, text } = follow(t, "one\n");
  await poll("the first line", () => text() === "one\n");
  appendFileSync(path, "two\n");
  await poll("the second line", () => text() === "one\ntwo\n");
  appendFileSync(path, "last words");
  await tailing.finish();
  assert.equal(text(), "one\ntwo\nlast words");
});

test("from the end: what was there was somebody else's to read", async (t) => {
  const { path, tailing, text } = follow(t, "old\n", true);
  await poll("the new line", () => {
    appendFileSync(path, "new\n");
    return text().startsWith("new\n");
  });
  await tailing.finish();
});

test("of a flood the end is read, and the file is emptied", async (t) => {
  const { path, tailing, text, skipped } = follow(t, `${"x".repeat(9_000_000)}the end`);
  await poll("the end", () => text().endsWith("the end"));
  assert.equal(skipped() + text().length, 9_000_007);
  assert.ok(skipped() > 8_000_000);
  await poll("an empty file", () => statSync(path).size === 0);
  appendFileSync(path, ", and more");
  await poll("more", () => text().endsWith("the end, and more"));
  await tailing.finish();
});

test("a file that is gone is no matter", async (t) => {
  const { path, tailing, text } = follow(t, "one\n");
  await poll("the first line", () => text() === "one\n");
  rmSync(path);
  await tailing.finish();
  assert.equal(text(), "one\n");
});

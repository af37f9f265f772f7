import assert from "node:assert/strict";
import { test } from "node:test";
import { lastWords } from "../../../src/collector/last-words.ts";
import { parseLogLine } from "../../../src/collector/log-line.ts";

const wordsAfter = (...lines: readonly string[]): string => {
  const words = lastWords();
  for (const line of lines) words.add(parseLogLine(line));
  return words.text();
};
const error = '2026-11-25T01:25:58.968Z\terror\ta.go:1\tFailed\t{"error": "why"}';

test("its own sentence says best why it ended", () => {
  assert.equal(wordsAfter(error, "Error: cannot start pipelines: too bad"), "too bad");
});
test("a sentence of several lines is kept together", () => {
  assert.equal(
    wordsAfter("Error: processors::a: bad", "processors::b: worse"),
    "processors::a: bad\nprocessors::b: worse",
  );
});
test("a stack trace is no part of it", () => {
  assert.equal(wordsAfter("panic: boom", "goroutine 1 [running]:", "main.main()"), "panic: boom");
});
test("else the last errors, with their causes", () => {
  assert.equal(wordsAfter("hello", error), "Failed: why");
});
test("else whatever was written; log lines that report no error explain nothing", () => {
  assert.equal(wordsAfter("hello", "2026-11-25T01:25:58.968Z\tinfo\ta.go:1\tfine"), "hello");
});
test("nothing from nothing", () => {
  assert.equal(wordsAfter(), "");
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bad, good } from "./policies.ts";
import { runCli } from "./run-cli.ts";

describe("CODE", () => {
  test("title, then the finding itself with why and fix", async () => {
    const { code, out } = await runCli("explain TP2102");
    assert.equal(code, 0);
    assert.match(out, /^error TP2102 {2}percent out of range\n\nfor example\n\nexample\.yaml:12:\d+ {2}error TP2102/);
    assert.match(out, /\n {2}why .*\n {2}fix .*\n$/);
  });
  test("in lower case", async () =>
    assert.equal((await runCli("explain tp2102")).out, (await runCli("explain TP2102")).out));
  test("unknown: those of the same kind with their titles, 1", async () => {
    assert.deepEqual(await runCli("explain TP9002"), {
      code: 1,
      out: "",
      err: "there is no code TP9002; near it are\n  TP9001  bug in otel-policy\n",
    });
    const { err } = await runCli("explain TP2199");
    assert.match(err, /\n {2}TP2101 {2}sampling above 100 %\n/);
    assert.doesNotMatch(err, /TP22/);
  });
});

describe("TARGET", () => {
  const older = good.replace("name: edge, namespace", 'name: a, creationTimestamp: "2026-01-01T00:00:00Z", namespace');

  test("winner, loser with the reason, settings with their places", async () => {
    const { code, out } = await runCli("explain Gateway/prod/edge -f -", { stdin: `${good}---\n${older}` });
    assert.equal(code, 0);
    assert.match(out, /governed by {2}prod\/a {5}stdin:\d+:\d+\n/);
    assert.match(out, /not {10}prod\/edge {2}stdin:3:\d+ +lost by .*creationTimestamp/);
    assert.match(out, /\n {2}line \d+ {2}root rate +5\/100 = 5 %\n/);
    assert.match(out, /metrics\n {2}left alone/);
  });
  test("every setting of model calls is there, with its place", async () => {
    const line = "explain Gateway/ai-platform/llm-gateway -f samples/06-model-costs";
    const { code, out } = await runCli(line);
    assert.equal(code, 0);
    assert.match(out, /\n {2}line \d+ {2}genAI\.dimensions\.team\.source +header x-team\n/);
    assert.match(out, /\n {2}line \d+ {2}genAI\.budgets\.teams\.usdPerMonth +1500\n/);
  });
  test("a target that nobody governs: what is governed, 1", async () => {
    const { code, err } = await runCli("explain Gateway/prod/egde -f -", { stdin: good });
    assert.equal(code, 1);
    assert.match(err, /^no policy governs Gateway\/prod\/egde: .*\n {2}governed: Gateway\/prod\/edge\n$/);
  });
  test("a policy with errors governs nothing, and its errors are shown first", async () => {
    const { code, out, err } = await runCli("explain Gateway/prod/broken -f -", { stdin: bad });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(err, /^stdin:6:37 {2}error TP2102 .*\nno policy governs Gateway\/prod\/broken/s);
  });
});

describe("CONFIG-PATH", () => {
  test("back to whoever wrote it", async () => {
    const { code, out } = await runCli("explain receivers::otlp -f -", { stdin: good });
    assert.equal(code, 0);
    assert.match(out, /^receivers::otlp::protocols::grpc::endpoint +base\.yaml \(built in\):\d+:\d+ /);
  });
  test("a whole section", async () =>
    assert.match((await runCli("explain exporters -f -", { stdin: good })).out, /^exporters::debug::verbosity /m));
  test("of a part of the handover topology", async () => {
    const line = "explain receivers -f - --topology handover --part core";
    assert.doesNotMatch((await runCli(line, { stdin: good })).out, /^receivers::otlp::/m);
  });
  test("nothing there: near ones, 1", async () => {
    const { code, err } = await runCli("explain receivers::oltp -f -", { stdin: good });
    assert.equal(code, 1);
    assert.match(err, /^nothing is rendered at receivers::oltp\n {2}near it: receivers::otlp\n$/);
  });
});

test("none of these: the three forms, 2", async () => {
  const { code, err } = await runCli("explain everything");
  assert.equal(code, 2);
  assert.match(err, /"everything" is none of CODE \(TP1006\), CONFIG-PATH \(.*\), TARGET \(.*\)/);
});

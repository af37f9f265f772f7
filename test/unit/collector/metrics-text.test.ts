import assert from "node:assert/strict";
import { createServer } from "node:http";
import { describe, type TestContext, test } from "node:test";
import fc from "fast-check";
import { labelOf, parseMetrics, scrape, sum } from "../../../src/collector/metrics-text.ts";

const one = (line: string) => {
  const [sample] = parseMetrics(line);
  return sample === undefined ? null : [sample.name, Object.fromEntries(sample.labels), sample.value];
};

describe("the text format", () => {
  const cases: readonly [string, string, readonly unknown[] | null][] = [
    ["a bare sample", "up 1", ["up", {}, 1]],
    ["labels", 'a_total{x="1",y="two"} 3.5', ["a_total", { x: "1", y: "two" }, 3.5]],
    ["a comma at the end and spaces", 'a{ x = "1" , } 2', ["a", { x: "1" }, 2]],
    ["escapes", String.raw`a{x="q\"b\\n\n"} 1`, ["a", { x: 'q"b\\n\n' }, 1]],
    ["braces and commas in a value", 'a{x="},{",y="="} 1', ["a", { x: "},{", y: "=" }, 1]],
    ["a time stamp", "a 1 1795494668000", ["a", {}, 1]],
    ["an exemplar", 'a_bucket{le="0.5"} 4 # {trace_id="abc"} 0.3 1', ["a_bucket", { le: "0.5" }, 4]],
    ["infinities", "a -Inf", ["a", {}, -Infinity]],
    ["a bucket without bound", 'a_bucket{le="+Inf"} +Inf', ["a_bucket", { le: "+Inf" }, Infinity]],
    ["not a number", "a NaN", ["a", {}, Number.NaN]],
    ["an exponent", "a 1.5e+07", ["a", {}, 1.5e7]],
    ["empty braces", "a{} 1", ["a", {}, 1]],
    ["a comment", "# HELP a what it is", null],
    ["a line cut off in a label", 'a{x="1', null],
    ["a line without a value", "a", null],
    ["a value that is none", "a b", null],
    ["something else", "<html>", null],
  ];
  for (const [name, line, expected] of cases) test(name, () => assert.deepEqual(one(line), expected));

  test("any label value survives", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const written = value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
        assert.equal(parseMetrics(`a{x="${written}"} 1`)[0]?.labels.get("x"), value);
      }),
    );
  });

  test("no text makes it throw", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseMetrics(text)));
  });
});

test("sums over the samples that have the labels", () => {
  const samples = parseMetrics('n{s="a",p="x"} 1\nn{s="a",p="y"} 2\nn{s="b",p="x"} 4\nm 8\n');
  assert.equal(sum(samples, "n"), 7);
  assert.equal(sum(samples, "n", { s: "a" }), 3);
  assert.equal(sum(samples, "n", { s: "a", p: "y" }), 2);
  assert.equal(sum(samples, "n", { s: "c" }), 0);
  assert.equal(labelOf(samples, "n", "p"), "x");
  assert.equal(labelOf(samples, "nope", "p"), null);
});

describe("scraping", () => {
  const serve = (t: TestContext, answer: Parameters<typeof createServer>[1]): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer(answer);
      t.after(() => {
        server.closeAllConnections();
        server.close();
      });
      server.listen(0, "127.0.0.1", () => {
        const address = server.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });

  test("an answer is read", async (t) => {
    const port = await serve(t, (request, response) => response.end(`path{x="${request.url}"} 1\n`));
    assert.equal(labelOf(await scrape(port), "path", "x"), "/metrics");
  });
  test("an error status, silence, an answer that stops half-way, and nobody there", async (t) => {
    const failing = await serve(t, (_, response) => response.writeHead(503).end());
    await assert.rejects(scrape(failing), { message: `no metrics from 127.0.0.1:${failing}: status 503` });
    const silent = await serve(t, () => {});
    await assert.rejects(scrape(silent, 50), {
      message: `no metrics from 127.0.0.1:${silent}: no answer within 50 ms`,
    });
    const stalling = await serve(t, (_, response) => void response.write("a 1\n"));
    await assert.rejects(scrape(stalling, 50), /no answer within 50 ms/);
    const breaking = await serve(t, (_, response) => void response.write("a 1\n", () => response.destroy()));
    await assert.rejects(scrape(breaking), /no metrics from/);
    await assert.rejects(scrape(1), /ECONNREFUSED/);
  });
});

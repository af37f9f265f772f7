import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { endpointsOf } from "../../../src/cli/dev/endpoints.ts";

const template = (name: string) => ({
  path: name,
  text: readFileSync(new URL(`../../../templates/collector/${name}`, import.meta.url), "utf8"),
});
const local = { otlpHttp: "http://127.0.0.1:4318", scrape: "http://127.0.0.1:8889/metrics" };

test("dev.yaml and base.yaml are reached on loopback", () => {
  assert.deepEqual(endpointsOf(template("dev.yaml")), local);
  assert.deepEqual(endpointsOf(template("base.yaml")), local);
});

test("a config without them has none", () => {
  assert.deepEqual(endpointsOf({ path: "x", text: "receivers: { otlp: { protocols: { grpc: {} } } }\n" }), {
    otlpHttp: null,
    scrape: null,
  });
  assert.deepEqual(endpointsOf({ path: "x", text: "- 1\n" }), { otlpHttp: null, scrape: null });
  assert.deepEqual(endpointsOf({ path: "x", text: "" }), { otlpHttp: null, scrape: null });
});

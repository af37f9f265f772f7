import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { SourceFile } from "../../src/diagnostics/source.ts";
import { nanos, text } from "../../src/traffic/otlp.ts";
import { runPolicies } from "../support/policy-collector.ts";
import { poll } from "../support/poll.ts";
import { attributesOf } from "../support/sink.ts";

/** Texts that mean something to one of the layers between a policy and the Collector: YAML, config expansion, OTTL, regular expressions, JSON. */
const meaningful = [
  "${env:HOME}",
  "$${env:HOME}",
  "$HOME",
  "$$",
  "${file:/etc/passwd}",
  "${yaml:{a: b}}",
  'a" or true or "',
  '") where true set(span.name, "x',
  "\\",
  '\\"',
  "line\nbreak\r\ttab",
  "\u0000\u0001\u001b[31m",
  "\u007f\u0085\u2028\u2029\ufeff",
  "1_000",
  "2026-01-01",
  "yes",
  "~",
  "<<",
  "*a &b !c",
  "]: {",
  "# no comment",
  "- x",
  "^(.*)$",
  "%s%n{{.}}",
  "é😀日本",
  " lead and trail ",
  "&<>'",
];

const strings: readonly string[] = [
  ...meaningful,
  ...fc.sample(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), { numRuns: 60, seed: 11 }),
  ...fc.sample(fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 40 }), { numRuns: 30, seed: 12 }),
].map((value) => value.toWellFormed());

/** A path says where it ends; the rest of a request target is not part of it. */
const pathOf = (value: string): string => `/p${value.replace(/[?#]/g, "")}/`.replace(/\/+$/, "");

const policy = (value: string, index: number): SourceFile => ({
  path: `${index}.yaml`,
  // JSON is YAML, and says exactly what is meant.
  text: JSON.stringify({
    apiVersion: "gateway.networking.k8s.io/v1alpha2",
    kind: "TelemetryPolicy",
    metadata: { name: `p${index}`, namespace: "ns" },
    spec: {
      targetRef: { group: "gateway.networking.k8s.io", kind: "Gateway", name: `gw-${index}` },
      tracing: {
        provider: { type: "OTLP", endpoint: "c.monitoring.svc:4317" },
        customAttributes: [{ attributeName: "v", literalValue: value }],
      },
      accessLogs: {
        enabled: true,
        provider: { type: "OTLP", endpoint: "c.monitoring.svc:4317" },
        matches: [{ path: pathOf(value) }],
        fields: ["url.path", "method"],
      },
    },
  }),
});

for (const count of [20, strings.length]) {
  describe(`${count} policies, each with a text of its own`, () => {
    test("every text arrives unchanged as literal and as path, and changes nothing else", async () => {
      const chosen = count === strings.length ? strings : strings.slice(0, count);
      const run = await runPolicies(chosen.map(policy));
      try {
        const accepted = new Set(run.compilation.policies.policies.map(({ id }) => id));
        // What the rules refuse never gets this far; most texts must.
        assert.ok(accepted.size > chosen.length * 0.9, `${accepted.size} of ${chosen.length} policies were accepted`);
        for (const [index, value] of chosen.entries()) {
          const resource = {
            attributes: [text("k8s.gateway.name", `gw-${index}`), text("k8s.gateway.namespace", "ns")],
          };
          const now = nanos(Date.now() * 1000);
          const ids = { traceId: index.toString(16).padStart(32, "1"), spanId: index.toString(16).padStart(16, "1") };
          const span = {
            ...ids,
            name: "s",
            kind: 2,
            flags: 257,
            startTimeUnixNano: now,
            endTimeUnixNano: now,
            attributes: [],
            status: {},
          };
          const log = (path: string) => ({
            timeUnixNano: now,
            body: {},
            attributes: [text("url.path", path), text("http.request.method", "GET")],
            ...ids,
          });
          const rejected = await run.send([
            {
              path: "/v1/traces",
              items: 1,
              body: { resourceSpans: [{ resource, scopeSpans: [{ scope: {}, spans: [span] }] }] },
            },
            {
              path: "/v1/logs",
              items: 2,
              body: {
                resourceLogs: [
                  {
                    resource,
                    scopeLogs: [
                      { scope: {}, logRecords: [log(`${pathOf(value)}/below`), log(`${pathOf(value)}beside`)] },
                    ],
                  },
                ],
              },
            },
          ] as Parameters<typeof run.send>[0]);
          assert.equal(rejected, 0);
        }
        await poll("every governed span exported", () => run.backend.spans.length >= accepted.size);
        await poll("every governed log exported", () => run.backend.logs.length >= accepted.size);
        for (const [index, value] of chosen.entries()) {
          if (!accepted.has(`ns/p${index}`)) continue;
          const is = (holder: { resource: Parameters<typeof attributesOf>[0] }) =>
            attributesOf(holder.resource)["k8s.gateway.name"] === `gw-${index}`;
          assert.deepEqual(
            run.backend.spans.filter(is).map(({ record }) => attributesOf(record)),
            [{ v: value }],
            JSON.stringify(value),
          );
          assert.deepEqual(
            run.backend.logs.filter(is).map(({ record }) => attributesOf(record)),
            [{ "url.path": `${pathOf(value)}/below`, method: "GET" }],
            JSON.stringify(value),
          );
        }
        assert.equal(run.backend.spans.length, accepted.size);
        assert.equal(run.backend.logs.length, accepted.size);
        assert.deepEqual(
          run.collector
            .log()
            .split("\n")
            .filter((line) => /\t(error|warn)\t/.test(line)),
          [],
        );
      } finally {
        await run.stop();
      }
    });
  });
}

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { describe, test } from "node:test";
import { childPath } from "../support/children.ts";
import { attributeOf, attributesOf, startSink } from "../support/sink.ts";

type Said = { readonly sdk: boolean; readonly traceId: string | null; readonly stderr: string };

/** Runs an agent that makes one rejected reload. */
const agent = (env: NodeJS.ProcessEnv, shutdownMs = 5000): Promise<Said> =>
  new Promise((resolve, reject) => {
    const args = [childPath("exports-telemetry.ts"), String(shutdownMs)];
    execFile(process.execPath, args, { env: { PATH: process.env["PATH"], ...env } }, (error, stdout, stderr) =>
      error === null
        ? resolve({ ...(JSON.parse(stdout) as Said), stderr })
        : reject(new Error(stderr, { cause: error })),
    );
  });

describe("the agent's own telemetry", () => {
  test("by default goes nowhere and costs no SDK", async () => {
    const { sdk, traceId, stderr } = await agent({});
    assert.deepEqual([sdk, traceId, stderr], [false, null, ""]);
    const disabled = await agent({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1", OTEL_SDK_DISABLED: "true" });
    assert.equal(disabled.sdk, false);
  });

  test("is exported by OTLP where the endpoint says so", async (t) => {
    const sink = await startSink();
    t.after(() => sink.close());
    const { traceId } = await agent({
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test",
    });
    assert.deepEqual(sink.spans.map(({ record }) => record.name).sort(), [
      "compile",
      "prove",
      "reload",
      "start",
      "validate",
    ]);
    const root = sink.spans.find(({ record }) => record.name === "reload");
    assert.ok(root);
    for (const { record } of sink.spans) {
      assert.equal(record.traceId, traceId);
      if (record !== root.record) assert.equal(record.parentSpanId, root.record.spanId);
    }
    const attributes = attributesOf(root.resource);
    assert.equal(attributes["service.name"], "otel-policy-agent");
    assert.equal(attributes["service.version"], "1.2.3");
    assert.equal(attributes["deployment.environment.name"], "test");
    assert.equal(
      Object.keys(attributes).some((key) => key.startsWith("process.command")),
      false,
      "a command line can hold secrets",
    );
    const names = sink.metrics.map(({ record }) => record.name);
    for (const name of [
      "otel_policy.reloads",
      "otel_policy.reload.duration",
      "otel_policy.config.last_reload_successful",
    ]) {
      assert.ok(names.includes(name), name);
    }
  });

  test("a name given by the platform stays", async (t) => {
    const sink = await startSink();
    t.after(() => sink.close());
    const nameWith = async (env: NodeJS.ProcessEnv) => {
      sink.clear();
      await agent({ OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", ...env });
      const [span] = sink.spans;
      return span === undefined ? null : attributeOf(span.resource, "service.name");
    };
    assert.equal(await nameWith({ OTEL_SERVICE_NAME: "edge-policies" }), "edge-policies");
    assert.equal(await nameWith({ OTEL_RESOURCE_ATTRIBUTES: "service.name=from-attributes" }), "from-attributes");
  });

  test("a backend that never answers delays the end by the limit only", async (t) => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    t.after(() => silent.close());
    await once(silent, "listening");
    const address = silent.address();
    assert.ok(typeof address === "object" && address !== null);
    const { sdk, stderr } = await agent({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}` }, 100);
    assert.equal(sdk, true);
    assert.match(stderr, /level=warn msg="own telemetry: not everything was sent before the end" limit_ms=100/);
  });

  test("a backend that is not there is a warning, not an end", async () => {
    const { sdk, stderr } = await agent({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1" }, 3000);
    assert.equal(sdk, true);
    assert.match(stderr, /level=warn msg="own telemetry: /);
    assert.doesNotMatch(stderr, /level=error/);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { overlay } from "../../../src/agent/overlay.ts";
import { standIn } from "../../../src/agent/stand-in.ts";

const config = {
  receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } },
  connectors: { "forward/x": {} },
  exporters: { prometheus: { endpoint: "0.0.0.0:8889" }, otlp_grpc: { endpoint: "backend:4317" } },
  extensions: { health_check: { endpoint: "0.0.0.0:13133" }, file_storage: { directory: "/var/lib/x" } },
  service: {
    extensions: ["health_check", "file_storage"],
    telemetry: { metrics: { readers: [{ pull: {} }] } },
    pipelines: {
      traces: { receivers: ["otlp"], exporters: ["forward/x"] },
      "traces/2": { receivers: ["forward/x"], exporters: ["otlp_grpc"] },
    },
  },
};

test("a stand-in listens nowhere but on its own sockets, stores in its own folder, and keeps what policies change", () => {
  const made = standIn(config, { socket: "/r/core-0.sock", healthSocket: "/r/h.sock", scratch: "/r/scratch" });
  assert.deepEqual(made, {
    receivers: {
      "otlp/otel_policy_stand_in": { protocols: { grpc: { endpoint: "/r/core-0.sock", transport: "unix" } } },
    },
    connectors: { "forward/x": {} },
    exporters: { prometheus: { endpoint: "127.0.0.1:0" }, otlp_grpc: { endpoint: "backend:4317" } },
    extensions: {
      health_check: { endpoint: "127.0.0.1:0" },
      file_storage: { directory: "/r/scratch", create_directory: true },
      "health_check/otel_policy": { endpoint: "/r/h.sock", transport: "unix" },
    },
    service: {
      extensions: ["health_check", "file_storage", "health_check/otel_policy"],
      telemetry: { metrics: { level: "none" } },
      pipelines: {
        traces: { receivers: ["otlp/otel_policy_stand_in"], exporters: ["forward/x"] },
        "traces/2": { receivers: ["forward/x"], exporters: ["otlp_grpc"] },
      },
    },
  });
});

test("an overlay repeats the lists it replaces", () => {
  const { service } = overlay(config, { healthSocket: "/r/h.sock", telemetryPort: 7, queues: null });
  assert.ok(typeof service === "object" && service !== null && "extensions" in service);
  assert.deepEqual(service.extensions, ["health_check", "file_storage", "health_check/otel_policy"]);
  assert.match(JSON.stringify(service), /"readers":\[\{"pull":\{\}\},\{"pull":.*"port":7/);
});

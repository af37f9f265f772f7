import assert from "node:assert/strict";
import { test } from "node:test";
import { diskQueues, keepsAll, leftoverConfig } from "../../../src/agent/disk-queues.ts";
import { movedOverlay, overlay, placesIn } from "../../../src/agent/overlay.ts";
import { diskBytes } from "../../../src/render/queues.ts";

const config = {
  receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } } },
  exporters: {
    "otlp_grpc/otel_policy_otlp_1": { endpoint: "backend:4317", retry_on_failure: { max_elapsed_time: "1s" } },
    otlp_http: { endpoint: "http://platform", sending_queue: { num_consumers: 3 } },
    prometheus: { endpoint: "0.0.0.0:8889" },
  },
  extensions: { "file_storage/own": { directory: "/var/lib/x" } },
  service: {
    extensions: ["file_storage/own"],
    pipelines: { traces: { receivers: ["otlp"], exporters: ["otlp_grpc/otel_policy_otlp_1", "otlp_http"] } },
  },
};
const storage = "file_storage/otel_policy_queue";
const onDisk = { block_on_overflow: true, queue_size: diskBytes, sizer: "bytes", storage };

test("queues of policies' backends and of the platform's OTLP exporters go to disk, what it says of them is kept", () => {
  assert.deepEqual(diskQueues(config), {
    "otlp_grpc/otel_policy_otlp_1": {
      sending_queue: onDisk,
      retry_on_failure: { initial_interval: "1s", max_interval: "10s", max_elapsed_time: "300s" },
    },
    otlp_http: { sending_queue: { ...onDisk, num_consumers: 3 } },
  });
});

test("an exporter that does without a queue, or has a storage of its own, is left alone", () => {
  const exporters = {
    otlp_http: { sending_queue: { enabled: false } },
    "otlp_http/2": { sending_queue: { storage: "file_storage/own" } },
    kafka: { topic: "x" },
  };
  assert.deepEqual(diskQueues({ exporters }), {});
});

test("only where every exporter keeps on disk what it holds nothing is lost by a kill", () => {
  assert.ok(keepsAll(config, diskQueues(config)));
  assert.ok(keepsAll({ exporters: { "otlp_http/2": { sending_queue: { storage: "file_storage/own" } } } }, {}));
  assert.ok(!keepsAll({ exporters: { kafka: {} } }, {}));
  assert.ok(!keepsAll(config, {}));
});

test("an overlay brings the storage and the queues", () => {
  const queues = { directory: "/r/queue-a", exporters: diskQueues(config) };
  const laid = overlay(config, { healthSocket: "/r/h.sock", telemetryPort: 7, queues });
  assert.deepEqual(laid["exporters"], queues.exporters);
  assert.match(JSON.stringify(laid["extensions"]), /"file_storage\/otel_policy_queue":\{"directory":"\/r\/queue-a"/);
  assert.match(
    JSON.stringify(laid["service"]),
    /"extensions":\["file_storage\/own",.*"file_storage\/otel_policy_queue"\]/,
  );
});

test("a config for what is left: nothing comes in, the same queues, places as a core's, the platform's storage untouched", () => {
  const text = JSON.stringify(leftoverConfig(config, diskQueues(config)));
  assert.doesNotMatch(text, /4317"\}\}|8889|\/var\/lib\/x/);
  assert.match(text, /"endpoint":"\$\{env:OTEL_POLICY_CORE_SOCKET\}","transport":"unix"/);
  assert.match(
    text,
    /"directory":"\$\{env:OTEL_POLICY_RUN_DIR\}\/queue-\$\{env:OTEL_POLICY_SLOT\}","create_directory"/,
  );
  assert.match(text, /"port":"\$\{env:OTEL_POLICY_TELEMETRY_PORT\}"/);
  assert.match(
    text,
    /"otlp_grpc\/otel_policy_otlp_1":\{"endpoint":"backend:4317".*"storage":"file_storage\/otel_policy_queue"/,
  );
});

test("an overlay tells where it put things, and can be moved", () => {
  const queues = { directory: "/r/queue-a", exporters: diskQueues(config) };
  const text = JSON.stringify(overlay(config, { healthSocket: "/r/health-single-4.sock", telemetryPort: 7, queues }));
  const places = { healthSocket: "/r/health-single-4.sock", serial: 4, telemetryPort: 7, slot: "a" };
  assert.deepEqual(placesIn(text), places);
  assert.deepEqual(placesIn(movedOverlay(text, "/r/health-single-5.sock", "/r/queue-b")), {
    ...places,
    healthSocket: "/r/health-single-5.sock",
    serial: 5,
    slot: "b",
  });
  assert.equal(placesIn("{}"), null);
});

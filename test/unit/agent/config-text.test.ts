import assert from "node:assert/strict";
import { test } from "node:test";
import { exporterIn, keepsOnDisk } from "../../../src/agent/config-text.ts";
import { emitYaml } from "../../../src/render/emit.ts";

const config = emitYaml({
  receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" } } }, "otlp/in": {} },
  exporters: {
    nop: null,
    "otlp_http/disk": { endpoint: "http://a:4318", sending_queue: { sizer: "bytes", storage: "file_storage/q" } },
    "otlp_http/memory": { endpoint: "http://b:4318", sending_queue: { queue_size: 10 } },
  },
  service: { pipelines: { traces: { receivers: ["otlp"], exporters: ["nop"] } } },
});

test("an exporter is known by its id, and not by what else has one like it", () => {
  assert.match(exporterIn(config, "otlp_http/disk") ?? "", /http:\/\/a:4318/);
  assert.doesNotMatch(exporterIn(config, "otlp_http/disk") ?? "", /http:\/\/b:4318/);
  assert.equal(exporterIn(config, "nop") === null, false);
  for (const id of ["otlp", "otlp/in", "otlp_http", "traces", "otlp_http/dis."])
    assert.equal(exporterIn(config, id), null, id);
  assert.equal(exporterIn("", "nop"), null);
});

test("a queue with a storage is on disk", () =>
  assert.deepEqual(
    ["otlp_http/disk", "otlp_http/memory", "nop", "none"].map((id) => keepsOnDisk(config, id)),
    [true, false, false, false],
  ));

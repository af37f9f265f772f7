import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { CoreWatch } from "../../src/agent/core-watch.ts";
import type { Site } from "../../src/agent/site.ts";
import { systemClock } from "../../src/collector/system-clock.ts";

test("a core that was read once, before the first look was due, is one that a successor can be compared with", async (t) => {
  const server = createServer((_request, response) => {
    response.end('otelcol_exporter_queue_size{exporter="otlp_http/a"} 7\notelcol_receiver_accepted_spans_total 40\n');
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const watch = new CoreWatch({ clock: systemClock } as Site, () => ({ serial: 1, telemetryPort: port }));
  t.after(() => watch.stop());
  watch.start();
  assert.deepEqual([...watch.recent().exporters.keys()], []);
  await watch.read();
  assert.equal(watch.recent().accepted, 40);
  assert.deepEqual([...watch.recent().exporters.keys()], ["otlp_http/a"]);
});

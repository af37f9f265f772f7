import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { freePorts, isPortFree } from "../../../src/collector/ports.ts";

test("ports are different and can be listened on", async () => {
  const ports = await freePorts(20);
  assert.equal(new Set(ports).size, 20);
  assert.ok(ports.every((port) => port > 0));
  assert.deepEqual(await freePorts(0), []);
});

test("a port is free or it is not", async (t) => {
  const [port = 0] = await freePorts(1);
  assert.equal(await isPortFree(port), true);
  const server = createServer().listen(port, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  assert.equal(await isPortFree(port), false);
});

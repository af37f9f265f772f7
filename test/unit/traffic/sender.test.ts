import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Export, exportsOf } from "../../../src/traffic/batch.ts";
import { envoyGateway } from "../../../src/traffic/envoy-gateway.ts";
import { connect } from "../../../src/traffic/post.ts";
import { scene } from "../../../src/traffic/scene.ts";
import { startSender } from "../../../src/traffic/sender.ts";
import { freePort } from "../../support/free-port.ts";
import { handClock } from "../../support/hand-clock.ts";
import { poll } from "../../support/poll.ts";
import { realClock } from "../../support/real-clock.ts";
import { startSink } from "../../support/sink.ts";

const source = envoyGateway({ namespace: "prod-ns", gateway: "my-gateway" });
const stream = (): { ids: string[]; next: () => readonly Export[] } => {
  const { next } = scene([{ source, weight: 1 }], 1);
  const ids: string[] = [];
  return {
    ids,
    next: () => {
      const event = next(1_000_000);
      ids.push(event.request.id);
      return exportsOf([event.records]);
    },
  };
};

describe("startSender", () => {
  test("everything made arrives once, and is counted as accepted", async () => {
    const sink = await startSink();
    const { ids, next } = stream();
    const counts = await startSender({ endpoint: sink.url, perSecond: 2000, next, clock: realClock, limit: 100 }).done;
    await sink.close();
    assert.equal(counts.refusedRequests, 0);
    assert.equal(counts.acceptedItems, sink.spans.length + sink.logs.length);
    const arrived = sink.logs.map(({ record }) => record.attributes.find(({ key }) => key === "x-request-id")?.value);
    assert.deepEqual(
      arrived.map((value) => (value !== undefined && "stringValue" in value ? value.stringValue : "")).sort(),
      [...ids].sort(),
    );
  });

  test("a refusal is counted with its reason, and never sent again", async () => {
    const sink = await startSink({ status: 503 });
    const counts = await startSender({
      endpoint: sink.url,
      perSecond: 2000,
      next: stream().next,
      clock: realClock,
      limit: 10,
    }).done;
    await sink.close();
    assert.equal(counts.refusedRequests, counts.requests);
    assert.equal(sink.requests.length, counts.requests);
    assert.match(counts.lastRefusal ?? "", /^503/);
  });

  test("a closed port is a refusal, not a crash", async () => {
    const endpoint = `http://127.0.0.1:${await freePort()}`;
    const counts = await startSender({ endpoint, perSecond: 2000, next: stream().next, clock: realClock, limit: 3 })
      .done;
    assert.equal(counts.acceptedRequests, 0);
    assert.match(counts.lastRefusal ?? "", /ECONNREFUSED/);
  });

  test("the rate follows the clock, and a pause is not made up for in a burst", async () => {
    const sink = await startSink();
    const clock = handClock();
    const { ids, next } = stream();
    const sender = startSender({ endpoint: sink.url, perSecond: 50, next, clock });
    clock.turn(2000);
    assert.ok(Math.abs(ids.length - 100) <= 1, `${ids.length} requests in two seconds at 50/s`);
    const counts = await sender.stop();
    clock.turn(2000);
    assert.ok(Math.abs(ids.length - 100) <= 1, "nothing is made after stop");
    assert.equal(counts.acceptedRequests, counts.requests);
    await sink.close();
  });

  test("a slow receiver bounds what is in flight", async () => {
    const sink = await startSink({ delayMs: 60_000 });
    const clock = handClock();
    const { ids, next } = stream();
    const sender = startSender({ endpoint: sink.url, perSecond: 100_000, next, clock });
    clock.turn(200);
    assert.ok(ids.length <= 257, `${ids.length} requests made against a receiver that does not answer`);
    await sink.close();
    await poll(
      "all answered with an error",
      () => sender.counts().refusedRequests + sender.counts().acceptedRequests === sender.counts().requests,
    );
    await sender.stop();
  });
});

test("invented traffic is sent to loopback only", () => {
  assert.throws(() => connect("http://collector.example.com:4318"), /loopback/);
});

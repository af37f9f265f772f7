// Sends gateway traffic into the Collector of this network and stands in for the backend at 127.0.0.1:14318. Prints what arrived.
import { createServer } from "node:http";
import { exportsOf } from "../../../src/traffic/batch.ts";
import { envoyGateway } from "../../../src/traffic/envoy-gateway.ts";
import { everyday, nextRequest } from "../../../src/traffic/mix.ts";
import { connect } from "../../../src/traffic/post.ts";
import { seeded } from "../../../src/traffic/random.ts";
import { poll, settled } from "../../support/poll.ts";

const batches = 20;
const perBatch = 20;

let requests = 0;
let bytes = 0;
const sink = createServer((request, response) => {
  request.on("data", (part: Buffer) => {
    bytes += part.length;
  });
  request.on("end", () => {
    requests += 1;
    response.end();
  });
}).listen(14318, "127.0.0.1");

const { post, close } = connect("http://127.0.0.1:4318");
await poll("OTLP at 4318", () => fetch("http://127.0.0.1:4318").then(Boolean, () => false), 15_000);
const source = envoyGateway({ namespace: "prod-ns", gateway: "my-gateway" });
const random = seeded(7);
let refused = 0;
let sent = 0;
for (let batch = 0; batch < batches; batch++) {
  const now = Date.now();
  const records = Array.from({ length: perBatch }, () => source.records(nextRequest(everyday, random, now)));
  for (const one of exportsOf(records)) {
    const answer = await post(one);
    if (answer.status !== 200) refused += 1;
    sent += 1;
  }
}
await settled(() => requests, 2500, 20_000);
close();
sink.closeAllConnections();
sink.close();
process.stdout.write(`${JSON.stringify({ sent, refused, requests, bytes })}\n`);

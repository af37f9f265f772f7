import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { readerAt } from "../../src/agent/disk-queues.ts";
import { readValue } from "../../src/collector/bbolt.ts";
import { eachQueue } from "../../src/collector/queue-files.ts";
import { takeUpAgain } from "../../src/collector/queue-given-up.ts";
import { requestsLeft } from "../../src/collector/queue-left.ts";
import { environment } from "../../src/render/types.ts";
import { temporaryFolder } from "../support/children.ts";
import { runCollector } from "../support/collector.ts";
import { freePorts } from "../support/free-port.ts";
import { startPolicyScene } from "../support/policy-scene.ts";
import { poll } from "../support/poll.ts";
import { type Sink, startSink } from "../support/sink.ts";

const variable = (name: string): string => `\${env:${name}}`;

/** `asCore`: says of itself what an agent asks a core. */
const configOf = (port: number, sink: Sink, directory: string, asCore = false): string =>
  JSON.stringify({
    extensions: {
      file_storage: { directory, create_directory: true },
      ...(asCore ? { health_check: { endpoint: variable(environment.healthSocket), transport: "unix" } } : {}),
    },
    receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
    exporters: {
      otlp_http: {
        endpoint: sink.url,
        encoding: "json",
        sending_queue: { storage: "file_storage", num_consumers: 1 },
        retry_on_failure: { initial_interval: "100ms", max_interval: "100ms", max_elapsed_time: 0 },
      },
    },
    service: {
      extensions: ["file_storage", ...(asCore ? ["health_check"] : [])],
      telemetry: {
        metrics: asCore ? { readers: [readerAt(variable(environment.telemetryPort))] } : { level: "none" },
      },
      pipelines: { traces: { receivers: ["otlp"], exporters: ["otlp_http"] } },
    },
  });

const names = ["zero", "one", "two", "three", "four", "five"] as const;

/** A queue of a killed Collector with a request for each name, the first of them on its way. */
const leftQueue = async (t: TestContext): Promise<string> => {
  const directory = join(temporaryFolder(t), "queue");
  mkdirSync(directory);
  const [sink, [port = 0]] = await Promise.all([startSink({ status: 503 }), freePorts(1)]);
  const collector = await runCollector({ config: configOf(port, sink, directory), ports: [port] });
  for (const name of names) {
    const span = {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      name,
      // Longer than a page of the file.
      attributes: [{ key: "text", value: { stringValue: name.repeat(3000) } }],
    };
    const { status } = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    });
    assert.equal(status, 200);
  }
  await poll("tried", () => sink.requests.length > 0);
  process.kill(collector.pid, "SIGKILL");
  await collector.stop();
  await sink.close();
  assert.equal(await requestsLeft(directory), names.length);
  return directory;
};

/** As a queue is after its Collector could not read these requests from a full disk. */
const giveUp = async (directory: string, upTo: number): Promise<void> => {
  const places = await eachQueue(directory, async ({ file, others }) => {
    const state = others.find(({ key }) => key === "qmv0");
    assert.ok(state !== undefined);
    // Tag and number of read_index, 1 before.
    const at = (await readValue(file, state)).indexOf(Buffer.from([0x19, 1, 0, 0, 0, 0, 0, 0, 0]));
    assert.ok(at >= 0);
    return state.at + at + 1;
  });
  const [place = 0] = places;
  const file = await open(join(directory, "exporter_otlp_http__traces"), "r+");
  await file.write(Buffer.from([upTo]), 0, 1, place);
  await file.close();
};

/** What another Collector delivers of it. */
const delivered = async (directory: string, count: number): Promise<readonly string[]> => {
  const [sink, [port = 0]] = await Promise.all([startSink(), freePorts(1)]);
  const collector = await runCollector({ config: configOf(port, sink, directory), ports: [port] });
  await poll("delivered", () => sink.spans.length >= count);
  await new Promise((resolve) => setTimeout(resolve, 300)); // no more than that
  await collector.stop();
  await sink.close();
  return sink.spans.map(({ record }) => record.name ?? "").sort();
};

describe("what a Collector gave up reading from a full disk", () => {
  test("is not asked for again by itself, and is once it was taken up", async (t) => {
    const directory = await leftQueue(t);
    await giveUp(directory, 5);
    const copy = `${directory}-copy`;
    cpSync(directory, copy, { recursive: true });
    assert.deepEqual(await delivered(copy, 2), ["five", "zero"]);
    assert.equal(await requestsLeft(copy), 4);

    assert.equal(await takeUpAgain(directory), 4);
    assert.equal(await takeUpAgain(directory), 0);
    assert.deepEqual(await delivered(directory, names.length), names.toSorted());
    assert.equal(await requestsLeft(directory), 0);
  });

  test("is delivered by an agent that finds the queue in its run directory", async (t) => {
    const left = await leftQueue(t);
    await giveUp(left, 5);
    const runDir = join(temporaryFolder(t), "run");
    const directory = join(runDir, "queue-x");
    mkdirSync(runDir, { mode: 0o700 });
    cpSync(left, directory, { recursive: true });
    const [sink, [port = 0]] = await Promise.all([startSink(), freePorts(1)]);
    writeFileSync(join(directory, "config.yaml"), configOf(port, sink, directory, true));
    const scene = await startPolicyScene({}, { runDir });
    try {
      await poll("delivered", () => sink.spans.length >= names.length, 20_000);
      assert.deepEqual(sink.spans.map(({ record }) => record.name ?? "").sort(), names.toSorted());
      await poll("the folder is gone", () => !existsSync(directory));
    } finally {
      await scene.end();
      await sink.close();
    }
  });

  test("a queue in order stays as it is", async (t) => {
    const directory = await leftQueue(t);
    assert.equal(await takeUpAgain(directory), 0);
    assert.deepEqual(await delivered(directory, names.length), names.toSorted());
  });

  test("nothing is there in a folder that is not there", async (t) => {
    assert.equal(await takeUpAgain(join(temporaryFolder(t), "none")), 0);
  });
});

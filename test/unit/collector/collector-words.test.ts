import assert from "node:assert/strict";
import { test } from "node:test";
import { collectorWords } from "../../../src/collector/collector-words.ts";

// Left: stderr of otelcol-contrib 0.158.0, shortened where it lists valid values. Right: what people read.
const cases: readonly [string, string, string][] = [
  [
    "a decoding error with several fields",
    `Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):

'exporters' error reading configuration for "debug": decoding failed due to the following error(s):

'sampling_initial' expected type 'int', got unconvertible type 'string'
'debugexporter.Config' has invalid keys: verbo`,
    "exporters::debug::sampling_initial: expected type 'int', got unconvertible type 'string'\nexporters::debug: unknown key verbo",
  ],
  [
    "a nested field",
    `Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):

'receivers' error reading configuration for "otlp": decoding failed due to the following error(s):

'protocols.http' decoding failed due to the following error(s):

'otlpreceiver.HTTPConfig' has invalid keys: endpointt`,
    "receivers::otlp::protocols::http: unknown key endpointt",
  ],
  [
    "an index in a path outside components",
    `Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):

'service.telemetry.metrics' decoding failed due to the following error(s):

'readers[0].pull.exporter.prometheus.port' expected type 'int', got unconvertible type 'string'`,
    "service::telemetry::metrics::readers::0::pull::exporter::prometheus::port: expected type 'int', got unconvertible type 'string'",
  ],
  [
    "an unknown type, without the list of known ones",
    `Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):

'processors' unknown type: "nope" for id: "nope/a" (valid values: [batch filter])`,
    'processors::nope/a: this Collector has no component type "nope"',
  ],
  [
    "YAML",
    'Error: failed to get config: cannot resolve the configuration: retrieved value (type=string) cannot be used as a Conf: assuming string type since contents are not valid YAML: yaml: unmarshal errors:\n  line 14: mapping key "debug" already defined at line 13',
    'not valid YAML: line 14: mapping key "debug" already defined at line 13',
  ],
  [
    "a component that cannot be built, with its pipeline",
    'Error: failed to build pipelines: failed to create "filter/x" processor, in pipeline "traces/a": unable to parse OTTL condition',
    'processors::filter/x: unable to parse OTTL condition (in pipeline "traces/a")',
  ],
  [
    "a component that cannot start",
    'Error: cannot start pipelines: failed to start "otlp" receiver: listen tcp 127.0.0.1:4317: bind: address already in use',
    "receivers::otlp: listen tcp 127.0.0.1:4317: bind: address already in use",
  ],
  [
    "an extension that cannot be created",
    'Error: failed to build extensions: failed to create extension "file_storage": directory must exist',
    "extensions::file_storage: directory must exist",
  ],
  [
    "a connector used on one side only",
    'Error: failed to build pipelines: connector "forward" used as exporter in [traces] pipeline but not used in any supported receiver pipeline',
    "connectors::forward: used as exporter in [traces] pipeline but not used in any supported receiver pipeline",
  ],
  [
    "several findings, log lines between them left out",
    "2026-11-25T01:25:58.965Z\twarn\tx.go:1\tUsing legacy format\t{}\nError: processors::a: bad\nprocessors::b: worse\n",
    "processors::a: bad\nprocessors::b: worse",
  ],
  ["words nobody has seen before", "Error: something new\n", "something new"],
  ["nothing", "\n", ""],
];

for (const [name, stderr, words] of cases) test(name, () => assert.equal(collectorWords(stderr), words));

test("however much it says, 4,000 characters are passed on", () => {
  assert.equal(collectorWords(`Error: ${"long ".repeat(10_000)}`).length, 4000);
});

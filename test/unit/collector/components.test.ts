import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseComponents } from "../../../src/collector/components.ts";

const output = `buildinfo:
    command: otelcol-contrib
    description: contrib subset
    version: 1.2.3
receivers:
    - name: otlp
      module: go.opentelemetry.io/collector/receiver/otlpreceiver v0.158.0
      stability:
        logs: Stable
processors:
    - name: "batch"
      module: go.opentelemetry.io/collector/processor/batchprocessor v0.158.0
    - name: tail_sampling
      module: github.com/open-telemetry/opentelemetry-collector-contrib/processor/tailsamplingprocessor v0.158.0
exporters: []
providers:
    - scheme: env
      module: go.opentelemetry.io/collector/confmap/provider/envprovider v1.64.0
`;

describe("the output of `components`", () => {
  test("types by section; providers are not components", () => {
    assert.deepEqual(
      [...parseComponents(output).kinds].map(([section, types]) => [section, [...types]]),
      [
        ["receivers", ["otlp"]],
        ["processors", ["batch", "tail_sampling"]],
      ],
    );
  });
  test("the version is that of the core modules", () => {
    assert.equal(parseComponents(output).version, "0.158.0");
  });
  test("without core modules it is that of the build", () => {
    assert.equal(parseComponents(output.replaceAll("go.opentelemetry.io", "example.com")).version, "1.2.3");
  });
  test("any other text has neither", () => {
    assert.deepEqual(parseComponents("tea\n  - name: x\n"), { version: null, kinds: new Map() });
  });
  test("Windows line ends do no harm", () => {
    assert.equal(parseComponents(output.replaceAll("\n", "\r\n")).kinds.get("processors")?.size, 2);
  });
});

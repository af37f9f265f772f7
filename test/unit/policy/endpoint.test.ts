import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isAllowed } from "../../../src/policy/values/allow-list.ts";
import { parseEndpoint } from "../../../src/policy/values/endpoint.ts";

describe("parseEndpoint", () => {
  const good: readonly (readonly [string, string])[] = [
    ["otel.infra.svc:4317", "grpc otel.infra.svc:4317 insecure"],
    ["OTEL.Infra.svc.:4317", "grpc otel.infra.svc:4317 insecure"],
    ["grpc://otel.infra.svc:4317/", "grpc otel.infra.svc:4317 insecure"],
    ["grpcs://otlp.example.com:443", "grpc otlp.example.com:443 tls"],
    ["http://otel.infra.svc:4318", "http http://otel.infra.svc:4318 insecure"],
    ["https://otlp.example.com", "http https://otlp.example.com tls"],
    ["https://otlp.example.com/otlp/", "http https://otlp.example.com/otlp tls"],
    ["HTTPS://otlp.example.com:8443", "http https://otlp.example.com:8443 tls"],
    ["10.0.0.1:4317", "grpc 10.0.0.1:4317 insecure"],
    ["[::1]:4317", "grpc [::1]:4317 insecure"],
  ];
  for (const [text, expected] of good)
    test(text, () => {
      const endpoint = parseEndpoint(text);
      assert.ok(!("problem" in endpoint));
      assert.equal(`${endpoint.transport} ${endpoint.url} ${endpoint.insecure ? "insecure" : "tls"}`, expected);
    });

  const bad: readonly (readonly [string, RegExp])[] = [
    ["", /no valid host/],
    ["otel.infra.svc", /no port/],
    ["otel.infra.svc:0", /the port "0"/],
    ["otel.infra.svc:65536", /the port "65536"/],
    ["otel.infra.svc:4317a", /the port "4317a"/],
    ["otel infra:4317", /white space/],
    ["otel.infra.svc:4317\n", /white space/],
    ["ftp://otel.infra.svc:4317", /scheme ftp/],
    ["file:///etc/passwd", /scheme file/],
    ["/dev/stdout", /no valid host/],
    ["unix:///run/x.sock", /scheme unix/],
    ["http://a@otel.infra.svc", /user information/],
    ["http://otel.infra.svc:4318?x=1", /query/],
    ["otel.infra.svc:4317/v1", /path/],
    ["http://otel.infra.svc/${env:HOME}", /unusual/],
    ["-bad.svc:1", /no valid host/],
    ["http://[::1", /no valid host/],
    ["a..svc:1", /no valid host/],
    ["ötel.svc:4317", /no valid host/],
    ["${env:HOST}:4317", /no valid host/],
  ];
  for (const [text, expected] of bad)
    test(JSON.stringify(text), () => {
      const endpoint = parseEndpoint(text);
      assert.ok("problem" in endpoint);
      assert.match(endpoint.problem, expected);
      assert.ok(endpoint.remedy.length > 0);
    });
});

describe("isAllowed", () => {
  const table: readonly (readonly [string, string, number | null, boolean])[] = [
    ["*.svc", "otel.infra.svc", 4317, true],
    ["*.svc", "svc", 4317, false],
    ["*.svc", "otel.infra.svc.evil.com", 4317, false],
    ["*.svc", "evilsvc", 4317, false],
    ["*.svc.cluster.local", "otel.infra.svc.cluster.local", null, true],
    ["otlp.example.com", "otlp.example.com", 443, true],
    ["OTLP.example.com", "otlp.example.com", 443, true],
    ["otlp.example.com", "xotlp.example.com", 443, false],
    ["otlp.example.com:443", "otlp.example.com", 443, true],
    ["otlp.example.com:443", "otlp.example.com", 8443, false],
    ["otlp.example.com:443", "otlp.example.com", null, false],
    ["otlp-*.example.com", "otlp-eu.example.com", 443, true],
    ["otlp-*.example.com", "otlp-eu.x.example.com", 443, false],
    ["*-*-x.com", "a-b-x.com", null, true],
    ["a*a.com", "a.com", null, false],
    ["*", "anything.at.all", 1, true],
    ["[::1]:4317", "::1", 4317, true],
    ["::1", "::1", 4317, true],
    ["", "x", 1, false],
  ];
  for (const [pattern, host, port, expected] of table)
    test(`${pattern} ${expected ? "allows" : "refuses"} ${host}:${port}`, () =>
      assert.equal(isAllowed(host, port, [pattern]), expected));

  test("a pattern full of stars stays fast", () =>
    assert.equal(isAllowed(`${"a.".repeat(120)}b`, null, [`${"*.".repeat(60)}c`]), false));
});

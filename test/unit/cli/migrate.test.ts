import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { runCli } from "./run-cli.ts";

const istio = "migrate test/cases/migrate/istio-mesh-and-gateway/in";

describe("otel-policy migrate", () => {
  test("policies on stdout, what became of every field on stderr", async () => {
    const { code, out, err } = await runCli(istio);
    assert.equal(code, 0);
    assert.match(out, /^# from Istio Telemetry shop\/front\napiVersion: gateway\.networking\.x-k8s\.io\/v1alpha1\n/);
    assert.match(err, /\n {2}x spec\.accessLogging\[0\]\.providers\[1\]\n/);
    assert.match(err, /2 policies; fields: .* lost, \d+ no telemetry\n$/);
  });

  test("as JSON: every field, and findings", async () => {
    const { err } = await runCli(`${istio} -o json`);
    const report: { fields: { outcome: string; line: number }[]; summary: object; diagnostics: unknown[] } =
      JSON.parse(err);
    assert.ok(report.fields.length > 20);
    assert.ok(report.fields.every(({ line, outcome }) => line > 0 && outcome !== ""));
    assert.deepEqual(report.diagnostics, []);
  });

  test("quiet: policies and errors only", async () => {
    const { out, err } = await runCli(`${istio} --quiet`);
    assert.ok(out.includes("TelemetryPolicy"));
    assert.equal(err, "");
  });

  test("a dialect that cannot say it all says so", async () => {
    const { code, out, err } = await runCli(`${istio} --dialect draft`);
    assert.equal(code, 0);
    assert.match(out, /gateway\.networking\.k8s\.io\/v1alpha2/);
    assert.match(err, /the draft has no way to say a rate of 1234\/10000/);
  });

  test("without a target: a comment and exit code 1; with --target a policy", async () => {
    const open = await runCli("migrate test/cases/migrate/kong-declarative/in");
    assert.equal(open.code, 1);
    assert.ok(open.out.split("\n").every((line) => line === "" || line.startsWith("#")));
    assert.match(open.err, /TP6003/);
    const named = await runCli("migrate test/cases/migrate/kong-declarative/in --target Gateway/api/public");
    assert.equal(named.code, 0);
    assert.match(named.out, /\n {6}name: public # kong\.yaml:3\n/);
  });

  test("the other way", async () => {
    const { code, out, err } = await runCli("migrate samples/01-draft-example --to envoy-gateway");
    assert.equal(code, 0);
    assert.match(out, /kind: EnvoyProxy/);
    assert.match(err, /Envoy has no second rate for traces whose parent was sampled; the agent does it/);
  });

  test("from standard input", async () => {
    const stdin =
      "apiVersion: telemetry.istio.io/v1\nkind: Telemetry\nmetadata: {name: a, namespace: b}\nspec: {accessLogging: [{disabled: true}]}\n";
    const { code, out } = await runCli("migrate -", { stdin });
    assert.equal(code, 0);
    assert.match(out, /enabled: false # stdin:4/);
  });

  test("nothing of a known kind", async () => {
    const { out, err } = await runCli("migrate -", {
      stdin: "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {password: s3cret}\n",
    });
    assert.equal(out, "");
    assert.match(err, /TP6001/);
    assert.ok(!err.includes("s3cret"));
  });

  for (const [line, words] of [
    ["migrate", "migrate needs FILE…"],
    ["migrate x --target Gateway/a", '--target "Gateway/a" is neither Gateway/NAMESPACE/NAME nor Namespace/NAME'],
    ["migrate x --to envoy-gatway", 'did you mean "envoy-gateway"?'],
    ["migrate x --dialect gep4786", 'did you mean "gep4768"?'],
  ] as const)
    test(line, async () => {
      const { code, err } = await runCli(line);
      assert.equal(code, 2);
      assert.ok(err.includes(words), err);
    });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bad, good } from "../unit/cli/policies.ts";
import { mainPath, runMain, runProgram } from "./cli.ts";

describe("exit codes of the process", () => {
  test("0", async () => assert.equal((await runMain(["validate", "-"], { stdin: good })).code, 0));
  test("1: findings", async () => assert.equal((await runMain(["validate", "-"], { stdin: bad })).code, 1));
  test("2: usage", async () => assert.equal((await runMain(["validat"])).code, 2));
  test("3: no usable Collector", async () => {
    const { code, err } = await runMain(["validate", "--with-collector", "--collector", "/no/such/otelcol", "-"], {
      stdin: good,
    });
    assert.equal(code, 3);
    assert.match(err, /TP5002/);
  });
});

test("70: whatever escapes is TP9001, not a stack trace of Node.js", async () => {
  // A rejection that nobody waits for, while the command itself waits for its input.
  const trap = `const timer = setInterval(() => {
    if (process.listenerCount("unhandledRejection") === 0) return;
    clearInterval(timer);
    Promise.reject(new Error("late and unseen"));
  }, 5);`;
  const args = ["--import", `data:text/javascript,${encodeURIComponent(trap)}`, mainPath, "validate", "-"];
  const { code, err } = await runProgram(process.execPath, args, { stdin: null });
  assert.equal(code, 70);
  assert.match(err, /^error TP9001 .*late and unseen\n {2}why /);
});

test("a reader that goes away early is no error", async () => {
  const { err } = await runProgram("sh", [
    "-c",
    `{ "${process.execPath}" "${mainPath}" render -q samples/01-draft-example; echo "code $?" >&2; } | true`,
  ]);
  assert.equal(err, "code 0\n");
});

test("a large config arrives whole through a pipe", async () => {
  const many = Array.from({ length: 300 }, (_, i) => good.replaceAll("edge", `gateway-${i}`)).join("---\n");
  const direct = await runMain(["render", "-q", "-"], { stdin: many });
  const slow = await runProgram("sh", ["-c", `"${process.execPath}" "${mainPath}" render -q - | { sleep 0.3; cat; }`], {
    stdin: many,
  });
  assert.ok(direct.out.endsWith("\n"));
  assert.equal(slow.out, direct.out);
});

test("the same bytes in any order of the files", async () => {
  const samples = ["samples/02-model-metrics", "samples/03-tool-audit", "samples/05-sampling-rates"];
  const one = await runMain(["render", "-q", ...samples]);
  const other = await runMain(["render", "-q", ...samples.toReversed().flatMap((path) => ["-f", path])]);
  assert.equal(one.code, 0);
  assert.equal(one.out, other.out);
});

test("the verb's flags come from the environment, too", async () => {
  const { out } = await runMain(["validate"], {
    env: { OTEL_POLICY_FILE: "samples/01-draft-example", OTEL_POLICY_OUTPUT: "json" },
  });
  assert.ok(JSON.parse(out).diagnostics.length > 0);
});

test("colours are for terminals: none in a pipe, some when asked for", async () => {
  assert.doesNotMatch((await runMain(["validate", "-"], { stdin: bad })).out, /\u001b/);
  assert.match((await runMain(["validate", "-", "--color", "always"], { stdin: bad })).out, /\u001b\[31m/);
});

test("--help loads no package and nothing of the agent's machinery", async () => {
  const hooks = `import { registerHooks } from "node:module";
    registerHooks({ load: (url, context, next) => { process.stderr.write(url + "\\n"); return next(url, context); } });`;
  const { code, err } = await runProgram(process.execPath, [
    "--import",
    `data:text/javascript,${encodeURIComponent(hooks)}`,
    mainPath,
    "--help",
  ]);
  assert.equal(code, 0);
  const loaded = err.split("\n");
  assert.ok(
    loaded.some((url) => url.endsWith("/src/cli/help.ts")),
    "the hook sees what is loaded",
  );
  assert.deepEqual(
    loaded.filter((url) => /node_modules|src\/(?:render|plan|web|telemetry)\/(?!types)|agent\/agent\.ts/.test(url)),
    [],
  );
});

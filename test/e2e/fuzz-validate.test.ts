import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { inspect } from "../../src/collector/inspect.ts";
import { compile } from "../../src/compile.ts";
import { defaultProfileNames } from "../../src/dataplane/profiles.ts";
import { environment } from "../../src/render/types.ts";
import { requireCollector } from "../support/collector.ts";
import { anyPolicy } from "../support/policy-arbitrary.ts";

const base = {
  path: "base.yaml",
  text: readFileSync(join(import.meta.dirname, "../../templates/collector/base.yaml"), "utf8"),
};

/** 2,000 policies, sixteen to a config: the fuzzer's own variety, one Collector run per config. */
const configs = 125;
const perConfig = 16;

describe("what compiles", () => {
  test(`passes the Collector's own validation (${configs * perConfig} policies)`, async (t) => {
    const binary = requireCollector();
    const { value: collector } = await inspect(binary, { env: process.env });
    assert.ok(collector !== null);
    const folder = mkdtempSync(join(tmpdir(), "otel-policy-fuzz-"));
    const env = {
      [environment.runDir]: folder,
      [environment.coreSocket]: join(folder, "core-1.sock"),
      [environment.healthSocket]: join(folder, "health.sock"),
      [environment.telemetryPort]: "18888",
      [environment.flowPort]: "18889",
      [environment.digest]: "0",
      [environment.slot]: "a",
    };
    try {
      const samples = fc.sample(fc.array(anyPolicy, { minLength: perConfig, maxLength: perConfig }), {
        numRuns: configs,
        seed: 5,
      });
      let established = 0;
      for (const [index, policies] of samples.entries()) {
        const text = policies.map((policy) => JSON.stringify(policy)).join("\n---\n");
        const compilation = compile([{ path: "p.yaml", text }], {
          dataPlanes: defaultProfileNames,
          rootNamespace: null,
          allowEndpoints: [],
          base,
          topology: index % 2 === 0 ? "handover" : "single",
          collector,
          redirectSinks: null,
        });
        assert.ok(compilation.rendered !== null);
        established += compilation.effective.length;
        const path = join(folder, "config.yaml");
        writeFileSync(path, compilation.rendered.core.yaml);
        const { status, stderr } = spawnSync(binary, ["validate", `--config=${path}`], { env, encoding: "utf8" });
        assert.equal(status, 0, `${stderr}\n${text}`);
      }
      t.diagnostic(`${established} targets were governed in ${configs} configs`);
      assert.ok(established > configs, "most configs must govern something, or this proves nothing");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

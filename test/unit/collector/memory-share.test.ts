import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryShare, withMemoryShare } from "../../../src/collector/memory-share.ts";

const mebibyte = 1024 * 1024;

describe("the memory share of a Collector", () => {
  test("three Collectors and the agent fit into the limit", () => {
    for (const limit of [256, 512, 1024, 4096]) {
      const share = memoryShare(limit * mebibyte, 3) ?? assert.fail("no share");
      assert.ok(3 * share + 96 * mebibyte <= limit * mebibyte, `${limit} MiB`);
    }
  });

  test("is never so small that a Collector only collects garbage", () => {
    assert.equal(memoryShare(64 * mebibyte, 3), 48 * mebibyte);
  });

  test("without a limit there is none", () => {
    // What Node.js says where neither version of cgroups sets one.
    for (const none of [0, 18_446_744_073_709_552_000]) assert.equal(memoryShare(none, 3), null);
    const env = { PATH: "/bin" };
    assert.equal(withMemoryShare(env, 3, 0), env);
  });

  test("goes to the Collectors as GOMEMLIMIT, which whoever sets it keeps", () => {
    assert.equal(withMemoryShare({}, 3, 384 * mebibyte)["GOMEMLIMIT"], `${96 * mebibyte}B`);
    assert.equal(withMemoryShare({ GOMEMLIMIT: "1GiB" }, 3, 384 * mebibyte)["GOMEMLIMIT"], "1GiB");
  });
});

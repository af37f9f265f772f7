import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOf, isLoopbackPeer, isOwnHost } from "../../../src/web/host.ts";

test("hostOf", () => {
  for (const [authority, host] of [
    ["127.0.0.1:13134", "127.0.0.1"],
    ["[::1]:13134", "::1"],
    ["[::]:1", "::"],
    ["Agent.example", "agent.example"],
  ] as const)
    assert.equal(hostOf(authority), host);
});

test("isOwnHost: the name of --listen is ours, other names are not", () => {
  assert.equal(isOwnHost("agent.example:13134", "agent.example"), true);
  assert.equal(isOwnHost("other.example:13134", "agent.example"), false);
  assert.equal(isOwnHost(undefined, "agent.example"), false);
  assert.equal(isOwnHost("", "127.0.0.1"), false);
});

test("isLoopbackPeer", () => {
  for (const [address, expected] of [
    ["127.0.0.1", true],
    ["127.9.9.9", true],
    ["::1", true],
    ["::ffff:127.0.0.1", true],
    ["10.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    [undefined, false],
  ] as const)
    assert.equal(isLoopbackPeer(address), expected, address);
});

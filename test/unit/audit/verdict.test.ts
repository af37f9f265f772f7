import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { advisoriesIn, messagesIn } from "../../../scripts/audit/go.ts";
import { type Allowed, verdict } from "../../../scripts/audit/verdict.ts";

const found = { id: "GO-1", package: "example.com/m", version: "v1.0.0", title: "panics" };
const entry = (changes: Partial<Allowed> = {}): Allowed => ({
  advisory: "GO-1",
  package: "example.com/m",
  reason: "nothing of it is called",
  expires: "2026-12-31",
  ...changes,
});

describe("known vulnerabilities", () => {
  test("fail unless somebody lets them pass, by name and package", () => {
    assert.deepEqual(verdict([found], [], "2026-11-25").failures, ["GO-1 in example.com/m v1.0.0: panics"]);
    assert.deepEqual(verdict([found], [entry()], "2026-11-25").failures, []);
    assert.equal(verdict([found], [entry({ package: "example.com/other" })], "2026-11-25").failures.length, 1);
  });

  test("an entry counts to the end of its day, and then fails by itself, needed or not", () => {
    assert.deepEqual(verdict([found], [entry()], "2026-12-31").failures, []);
    for (const advisories of [[found], []])
      assert.match(verdict(advisories, [entry()], "2027-01-01").failures.join(), /has expired on 2026-12-31/);
  });

  test("an entry for ever, without a day or without a reason is none", () => {
    for (const [changes, words] of [
      [{ expires: "2036-01-01" }, /more than 180 days/],
      [{ expires: "never" }, /is no day/],
      [{ reason: "ok" }, /say why/],
    ] as const)
      assert.match(verdict([found], [entry(changes)], "2026-11-25").failures.join(), words);
  });

  test("an entry that nothing has any more is told", () => {
    const { failures, notes } = verdict([], [entry()], "2026-11-25");
    assert.deepEqual([failures, notes.length], [[], 1]);
  });

  test("govulncheck: what is linked in counts, what is only required does not", () => {
    const text = `{
  "osv": {
    "id": "GO-1",
    "summary": "panics"
  }
}
{
  "finding": {"osv": "GO-1", "fixed_version": "v1.0.1", "trace": [{"module": "example.com/m", "version": "v1.0.0"}]}
}
{
  "finding": {"osv": "GO-1", "fixed_version": "v1.0.1", "trace": [{"module": "example.com/m", "version": "v1.0.0", "function": "F"}]}
}
{
  "finding": {"osv": "GO-2", "trace": [{"module": "example.com/n", "version": "v1.0.0"}]}
}
`;
    assert.deepEqual(advisoriesIn(messagesIn(text)), [
      { id: "GO-1", package: "example.com/m", version: "v1.0.0", title: "panics (fixed in v1.0.1)" },
    ]);
  });

  test("the list that is kept has the form it must have", () => {
    const lists: { readonly [source: string]: readonly Allowed[] } = JSON.parse(
      readFileSync(new URL("../../../scripts/audit/allowed.json", import.meta.url), "utf8"),
    );
    assert.deepEqual(Object.keys(lists), ["npm", "go"]);
    for (const entries of Object.values(lists))
      for (const { expires, reason } of entries) {
        assert.match(expires, /^\d{4}-\d\d-\d\d$/);
        assert.ok(reason.length > 10, reason);
      }
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { irreducible, removals } from "../../src/agent/culprits.ts";

/** Which sets of numbers may not be together; a set is refused when it contains one of them. */
const scenes = fc.integer({ min: 1, max: 60 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    forbidden: fc.array(fc.uniqueArray(fc.nat(size - 1), { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
    suspects: fc.uniqueArray(fc.nat(size - 1), { maxLength: 5 }),
  }),
);
const runs = { numRuns: Number(process.env["FC_RUNS"] ?? 500) };
const contains = (set: readonly number[], part: readonly number[]): boolean => part.every((item) => set.includes(item));

test("what is set aside repairs the rest, and each one was needed in a culprit that cannot be reduced", async () => {
  await fc.assert(
    fc.asyncProperty(scenes, async ({ size, forbidden, suspects }) => {
      const items = Array.from({ length: size }, (_, index) => index);
      const isRefused = (set: readonly number[]): boolean => forbidden.some((part) => contains(set, part));
      let asked = 0;
      const removed = await removals({
        items,
        suspects,
        refuses: async (set) => {
          asked += 1;
          return isRefused(set);
        },
        weakest: (culprit) => Math.max(...culprit),
        maxAsked: 1000,
      });
      assert.ok(removed !== null);
      const gone = removed.map(({ item }) => item);
      assert.equal(new Set(gone).size, gone.length);
      assert.ok(!isRefused(items.filter((item) => !gone.includes(item))), "the rest is still refused");
      for (const { item, culprit } of removed) {
        assert.equal(item, Math.max(...culprit));
        assert.ok(isRefused(culprit));
        for (const one of culprit) assert.ok(!isRefused(culprit.filter((other) => other !== one)), "reducible");
      }
      assert.ok(removed.length <= forbidden.length, "more were set aside than there are culprits");
      // 2k·log2(n) + 2k for each culprit, its check of the rest, and the two questions about suspects.
      const perCulprit = 2 * 4 * Math.ceil(Math.log2(size + 1)) + 8 + 4;
      assert.ok(asked <= 2 + removed.length * 2 * perCulprit, `${asked} questions`);
    }),
    runs,
  );
});

test("one culprit named by a suspect among a thousand: a handful of questions", async () => {
  const items = Array.from({ length: 1000 }, (_, index) => index);
  let asked = 0;
  const search = (suspects: readonly number[], forbidden: readonly number[]) =>
    removals({
      items,
      suspects,
      refuses: async (set) => {
        asked += 1;
        return contains(set, forbidden);
      },
      weakest: (culprit) => Math.max(...culprit),
      maxAsked: 1000,
    });
  assert.deepEqual(await search([713], [713]), [{ item: 713, culprit: [713] }]);
  assert.ok(asked <= 4, `${asked} questions`);
  asked = 0;
  assert.deepEqual(await search([], [713]), [{ item: 713, culprit: [713] }]);
  assert.ok(asked <= 24, `${asked} questions`);
  asked = 0;
  assert.deepEqual((await search([], [17, 713]))?.[0]?.item, 713);
  assert.ok(asked <= 48, `${asked} questions`);
});

test("refused without any of them, or too many questions: nobody is accused", async () => {
  const ask = { items: [1, 2, 3], suspects: [], weakest: (culprit: readonly number[]) => culprit[0] ?? 0 };
  assert.equal(await removals({ ...ask, refuses: async () => true, maxAsked: 100 }), null);
  let asked = 0;
  const refuses = async (set: readonly number[]): Promise<boolean> => {
    asked += 1;
    return set.length > 1;
  };
  assert.equal(await removals({ ...ask, refuses, maxAsked: 3 }), null);
  assert.ok(asked <= 3);
  assert.deepEqual(await irreducible([], refuses), []);
});

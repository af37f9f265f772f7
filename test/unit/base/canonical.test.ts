import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { canonicalJson, type Json, sha256, shortDigest } from "../../../src/base/canonical.ts";

describe("canonicalJson", () => {
  const cases: readonly [value: Json, text: string][] = [
    [null, "null"],
    ['q" \n é 😀', '"q\\" \\n é 😀"'],
    [[3, 1, 2], "[3,1,2]"],
    [{ b: 1, a: { d: [], c: {} } }, '{"a":{"c":{},"d":[]},"b":1}'],
    [{ 10: 1, 9: 2 }, '{"10":1,"9":2}'],
    [{ gone: undefined, kept: false }, '{"kept":false}'],
  ];
  for (const [value, text] of cases) test(text, () => assert.equal(canonicalJson(value), text));

  test("is JSON of the same value", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain: Json = JSON.parse(JSON.stringify(value));
        assert.deepEqual(JSON.parse(canonicalJson(plain)), plain);
      }),
    );
  });

  test("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.integer()), (fields) => {
        const turned = Object.fromEntries(Object.entries(fields).reverse());
        assert.equal(canonicalJson(turned), canonicalJson(fields));
      }),
    );
  });
});

test("sha256 is over UTF-8", () => {
  // FIPS 180-2, and the digest of the two bytes c3 a9.
  assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(sha256("é"), "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c");
});

test("shortDigest is a prefix that sees values, not spelling", () => {
  assert.equal(shortDigest({ a: 1, b: 2 }), shortDigest({ b: 2, a: 1 }));
  assert.notEqual(shortDigest({ a: 1 }), shortDigest({ a: "1" }));
  assert.equal(shortDigest("x", 12), sha256('"x"').slice(0, 12));
});

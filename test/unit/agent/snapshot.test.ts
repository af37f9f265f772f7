import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { emptied, readSnapshot } from "../../../src/agent/snapshot.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "snapshot-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (...parts: readonly string[]): string => join(root, ...parts);
const write = (name: string, text: string): void => writeFileSync(at(name), text);
const names = (snapshot: { readonly files: readonly { readonly path: string }[] }): readonly string[] =>
  snapshot.files.map(({ path }) => path.slice(root.length + 1));
const codes = (snapshot: { readonly diagnostics: readonly { readonly code: string }[] }): readonly string[] =>
  snapshot.diagnostics.map(({ code }) => code);

/** As kubelet does it: a folder with the new files, a link `..data` turned to it, visible links into `..data`. */
const publish = (version: string, files: { readonly [name: string]: string }): void => {
  mkdirSync(at(`..${version}`));
  for (const [name, text] of Object.entries(files)) writeFileSync(at(`..${version}`, name), text);
  symlinkSync(`..${version}`, at("..data_tmp"));
  renameSync(at("..data_tmp"), at("..data"));
  for (const name of Object.keys(files)) {
    try {
      symlinkSync(join("..data", name), at(name));
    } catch {
      // there from the version before
    }
  }
};

describe("readSnapshot", () => {
  test("takes *.yaml, *.yml and *.json in the order of their names, nothing else", async () => {
    for (const name of ["b.yaml", "a.yml", "c.json", "d.txt", ".hidden.yaml", "e.yaml~", ".c.yaml.swp"])
      write(name, name);
    mkdirSync(at("sub"));
    writeFileSync(at("sub", "inner.yaml"), "inner");
    mkdirSync(at("folder.yaml"));
    const snapshot = await readSnapshot([root]);
    assert.deepEqual(names(snapshot), ["a.yml", "b.yaml", "c.json"]);
    assert.deepEqual(snapshot.diagnostics, []);
  });

  test("several folders and single files, each once, whatever their order", async () => {
    mkdirSync(at("x"));
    mkdirSync(at("y"));
    writeFileSync(at("x", "one.yaml"), "1");
    writeFileSync(at("y", "two.txt"), "2");
    const forward = await readSnapshot([at("x"), at("y", "two.txt"), at("x", "one.yaml")]);
    const backward = await readSnapshot([at("y", "two.txt"), at("x")]);
    assert.deepEqual(names(forward), ["x/one.yaml", "y/two.txt"]);
    assert.deepEqual(forward, backward);
  });

  test("its digest follows names and contents, not times", async () => {
    write("a.yaml", "one");
    const first = await readSnapshot([root]);
    write("a.yaml", "one");
    assert.equal((await readSnapshot([root])).digest, first.digest);
    write("a.yaml", "two");
    const second = await readSnapshot([root]);
    assert.notEqual(second.digest, first.digest);
    renameSync(at("a.yaml"), at("b.yaml"));
    assert.notEqual((await readSnapshot([root])).digest, second.digest);
  });

  test("a byte order mark is no part of the text", async () => {
    write("a.yaml", "\ufeffkind: X");
    assert.equal((await readSnapshot([root])).files[0]?.text, "kind: X");
  });

  test("an empty folder is an answer: there are no policies", async () => {
    const snapshot = await readSnapshot([root]);
    assert.deepEqual([snapshot.files, snapshot.unread, snapshot.diagnostics], [[], [], []]);
  });

  test("a missing folder is not: it is told, and counts as unread", async () => {
    const snapshot = await readSnapshot([at("absent")]);
    assert.deepEqual([codes(snapshot), snapshot.unread], [["TP1002"], [at("absent")]]);
  });

  test("a dangling link is told with where it points, and the other files are read", async () => {
    write("a.yaml", "one");
    symlinkSync("nowhere.yaml", at("b.yaml"));
    const snapshot = await readSnapshot([root]);
    assert.deepEqual([names(snapshot), codes(snapshot), snapshot.unread], [["a.yaml"], ["TP1003"], [at("b.yaml")]]);
    assert.match(snapshot.diagnostics[0]?.message ?? "", /b\.yaml points to nowhere\.yaml/);
  });

  test("links that lead in a circle are told", async () => {
    symlinkSync("b.yaml", at("a.yaml"));
    symlinkSync("a.yaml", at("b.yaml"));
    const snapshot = await readSnapshot([root]);
    assert.deepEqual(codes(snapshot), ["TP1001", "TP1001"]);
    assert.match(snapshot.diagnostics[0]?.message ?? "", /too many symbolic links/);
  });

  test("a file that is too large is told with its size, and not read", async () => {
    write("big.yaml", "x".repeat(5000));
    const snapshot = await readSnapshot([root], { maxBytes: 4096 });
    assert.deepEqual([names(snapshot), codes(snapshot), snapshot.unread], [[], ["TP1010"], [at("big.yaml")]]);
    assert.match(snapshot.diagnostics[0]?.message ?? "", /5000 bytes.*4096/);
    assert.equal(names(await readSnapshot([root], { maxBytes: 5000 })).length, 1);
  });

  test("a file where no link leads under a single path is missing", async () => {
    const snapshot = await readSnapshot([at("policy.yaml")]);
    assert.deepEqual(codes(snapshot), ["TP1002"]);
  });
});

describe("readSnapshot of a mounted ConfigMap", () => {
  test("knows files by the names the user sees", async () => {
    publish("1", { "a.yaml": "1a", "b.yaml": "1b" });
    const snapshot = await readSnapshot([root]);
    assert.deepEqual(snapshot.files, [
      { path: at("a.yaml"), text: "1a" },
      { path: at("b.yaml"), text: "1b" },
    ]);
  });

  test("turned while it is read: read again, never a mixture", async () => {
    publish("1", { "a.yaml": "1", "b.yaml": "1" });
    let turns = 0;
    const snapshot = await readSnapshot([root], {
      onRead: () => {
        turns += 1;
        if (turns < 4) publish(String(turns + 1), { "a.yaml": String(turns + 1), "b.yaml": String(turns + 1) });
      },
    });
    assert.equal(turns, 4);
    assert.deepEqual(
      snapshot.files.map(({ text }) => text),
      ["4", "4"],
    );
  });

  test("a visible link to a file that is gone from it is not a finding", async () => {
    publish("1", { "a.yaml": "1", "b.yaml": "1" });
    publish("2", { "a.yaml": "2" });
    const snapshot = await readSnapshot([root]);
    assert.deepEqual([names(snapshot), snapshot.diagnostics], [["a.yaml"], []]);
    unlinkSync(at("b.yaml"));
    assert.equal((await readSnapshot([root])).digest, snapshot.digest);
  });

  test("whose target is gone counts as unread as a whole", async () => {
    publish("1", { "a.yaml": "1" });
    rmSync(at("..1"), { recursive: true });
    const snapshot = await readSnapshot([root]);
    assert.deepEqual([snapshot.files, snapshot.unread], [[], [root]]);
  });
});

describe("emptied", () => {
  const before = new Map([
    ["p/a.yaml", "text"],
    ["p/b.yaml", " \n"],
  ]);
  const cases: readonly (readonly [what: string, path: string, text: string, expected: readonly string[]])[] = [
    ["a file that held something and is empty", "p/a.yaml", "", ["a.yaml"]],
    ["or holds only blanks", "p/a.yaml", "\n\n", ["a.yaml"]],
    ["a file that was empty before", "p/b.yaml", "", []],
    ["a new empty file", "p/c.yaml", "", []],
    ["a file with text", "p/a.yaml", "other", []],
  ];
  for (const [what, path, text, expected] of cases) {
    test(what, () => assert.deepEqual(emptied(before, [{ path, text }]), expected));
  }
});

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { type FileCalls, unwritable, writeAtomically } from "../../../src/collector/atomic-file.ts";
import { temporaryFolder } from "../../support/children.ts";

const failing = (errno: string): never => {
  throw Object.assign(new Error(`${errno}: no`), { code: errno });
};
const calls: FileCalls = { open, rename };

describe("writing a file at once", () => {
  test("the new text replaces the old one, readable by this user alone", async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, "core.yaml");
    writeFileSync(path, "old", { mode: 0o644 });
    assert.equal(await writeAtomically(path, "neu ü"), null);
    assert.equal(readFileSync(path, "utf8"), "neu ü");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder), ["core.yaml"]);
  });

  test("it is on the disk before it has its name, and the name is on the disk before we say so", async (t) => {
    const path = join(temporaryFolder(t), "core.yaml");
    const order: string[] = [];
    const watched: FileCalls = {
      open: async (file, flags, mode) => {
        const handle = await open(file, flags, mode);
        const what = flags === "r" ? "folder" : "file";
        return {
          writeFile: (...args) => {
            order.push(`write ${what}`);
            return handle.writeFile(...args);
          },
          sync: () => {
            order.push(`sync ${what}`);
            return handle.sync();
          },
          close: () => handle.close(),
        };
      },
      rename: (from, to) => {
        order.push("rename");
        return rename(from, to);
      },
    };
    assert.equal(await writeAtomically(path, "x", 0o600, watched), null);
    assert.deepEqual(order, ["write file", "sync file", "rename", "sync folder"]);
  });

  const fullAt: readonly [string, Partial<FileCalls>][] = [
    ["opening", { open: async () => failing("ENOSPC") }],
    [
      "writing",
      {
        open: async (file, flags, mode) => {
          const handle = await open(file, flags, mode);
          return { writeFile: async () => failing("ENOSPC"), sync: () => handle.sync(), close: () => handle.close() };
        },
      },
    ],
    ["renaming", { rename: async () => failing("ENOSPC") }],
  ];
  for (const [when, broken] of fullAt) {
    test(`a disk that is full when ${when}: the old file is as it was`, async (t) => {
      const folder = temporaryFolder(t);
      const path = join(folder, "core.yaml");
      writeFileSync(path, "old");
      const problem = await writeAtomically(path, "new", 0o600, { ...calls, ...broken });
      assert.equal(problem?.code, "TP5020");
      assert.equal(problem?.message, `${path} cannot be written: no space left on the device`);
      assert.equal(readFileSync(path, "utf8"), "old");
      assert.deepEqual(readdirSync(folder), ["core.yaml"]);
    });
  }

  test("a folder that is not there, and a folder in its place", async (t) => {
    const folder = temporaryFolder(t);
    assert.match((await writeAtomically(join(folder, "a/b"), "x"))?.message ?? "", /the directory does not exist$/);
    mkdirSync(join(folder, "c"));
    assert.match((await writeAtomically(join(folder, "c"), "x"))?.message ?? "", /a directory has this name$/);
    assert.deepEqual(readdirSync(folder), ["c"]);
  });

  test("which errors mean a full disk", () => {
    const codeOf = (errno: string) => unwritable("/x", Object.assign(new Error("no"), { code: errno })).code;
    assert.deepEqual(["ENOSPC", "EDQUOT", "EFBIG"].map(codeOf), ["TP5020", "TP5020", "TP5020"]);
    assert.deepEqual(["EACCES", "EROFS", "EIO"].map(codeOf), ["TP5021", "TP5021", "TP5021"]);
  });
});

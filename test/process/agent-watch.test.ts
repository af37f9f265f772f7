import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { EventEmitter } from "node:events";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { watch as chokidarWatch } from "chokidar";
import { Watch, type WatchOptions } from "../../src/agent/watch.ts";
import { poll } from "../support/poll.ts";
import { realClock } from "../support/real-clock.ts";

describe("Watch", () => {
  let root: string;
  let folder: string;
  let hints = 0;
  let watch: Watch | null = null;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "watch-"));
    folder = join(root, "policies");
    mkdirSync(folder);
    hints = 0;
  });
  afterEach(async () => {
    await watch?.stop();
    watch = null;
    rmSync(root, { recursive: true, force: true });
  });

  /** With looks too rare to help, unless the case is about them. */
  const start = async (paths: readonly string[], changes: Partial<WatchOptions> = {}): Promise<void> => {
    watch = await Watch.start({
      paths,
      clock: realClock,
      lookMs: 60_000,
      onHint: () => {
        hints += 1;
      },
      onProblem: (words) => assert.fail(words),
      ...changes,
    });
  };
  /** Something happens, and at least one hint comes. */
  const hinted = async (what: string, act: () => void): Promise<void> => {
    const before = hints;
    act();
    await poll(`a hint after: ${what}`, () => hints > before, 5000);
  };
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);

  test("hints at new, changed, replaced and removed files", async () => {
    await start([folder]);
    await hinted("new", () => write("a.yaml", "1"));
    await hinted("written in place", () => write("a.yaml", "22"));
    await hinted("appended", () => appendFileSync(join(folder, "a.yaml"), "3"));
    await hinted("renamed over, as editors save", () => {
      writeFileSync(join(root, "a.tmp"), "4");
      renameSync(join(root, "a.tmp"), join(folder, "a.yaml"));
    });
    await hinted("and once more", () => {
      writeFileSync(join(root, "a.tmp"), "5");
      renameSync(join(root, "a.tmp"), join(folder, "a.yaml"));
    });
    await hinted("removed", () => rmSync(join(folder, "a.yaml")));
    await hinted("a link to nowhere", () => symlinkSync("/nowhere.yaml", join(folder, "b.yaml")));
  });

  test("a folder that is deleted and made again, or replaced by another", async () => {
    write("a.yaml", "1");
    await start([folder], { lookMs: 100 });
    await hinted("deleted", () => rmSync(folder, { recursive: true }));
    await hinted("made again", () => {
      mkdirSync(folder);
      write("a.yaml", "2");
    });
    await hinted("a change in it", () => write("b.yaml", "3"));
    await hinted("replaced", () => {
      mkdirSync(join(root, "next"));
      renameSync(folder, join(root, "before"));
      renameSync(join(root, "next"), folder);
    });
    await hinted("a change in the other", () => write("c.yaml", "4"));
  });

  test("a folder that is not there yet", async () => {
    const absent = join(root, "later");
    await start([absent], { lookMs: 100 });
    await hinted("made", () => mkdirSync(absent));
    await hinted("a file in it", () => writeFileSync(join(absent, "a.yaml"), "1"));
  });

  test("too few watches: it says so, and polls", async () => {
    const opened: { readonly watcher: EventEmitter; readonly backend: unknown; closed: boolean }[] = [];
    const problems: unknown[] = [];
    const open = ((_paths: unknown, options: { readonly backend?: unknown }) => {
      const one = { watcher: new EventEmitter(), backend: options.backend, closed: false };
      opened.push(one);
      setImmediate(() => one.watcher.emit("ready"));
      return Object.assign(one.watcher, {
        close: async () => {
          one.closed = true;
        },
      });
    }) as unknown as typeof chokidarWatch;
    await start([folder], { onProblem: (words, polling) => problems.push([words, polling]), open });
    opened[0]?.watcher.emit("error", Object.assign(new Error("no space for watches"), { code: "ENOSPC" }));
    await poll("a second watcher, and a hint for what was missed", () => hints > 0);
    assert.deepEqual(
      opened.map(({ backend, closed }) => [backend, closed]),
      [
        ["native", true],
        ["polling", false],
      ],
    );
    assert.deepEqual(problems, [["no space for watches", true]]);
    opened[1]?.watcher.emit("error", Object.assign(new Error("again"), { code: "EMFILE" }));
    assert.equal(opened.length, 2);
    assert.equal(problems.length, 2);
  });

  /** chokidar, and how it was told to look. */
  const noting =
    (backends: unknown[]): typeof chokidarWatch =>
    (paths, options) => {
      backends.push(options?.backend);
      return chokidarWatch(paths, options);
    };

  for (const [kind, magic] of [
    ["NFS", 0x6969],
    ["FUSE or virtiofs", 0x65735546],
  ] as const)
    test(`on ${kind}, where nobody is told of changes: it says so, polls, and finds them`, async () => {
      const problems: (readonly [string, boolean])[] = [];
      const backends: unknown[] = [];
      await start([folder], {
        onProblem: (words, polling) => problems.push([words, polling]),
        fileSystemOf: async () => magic,
        open: noting(backends),
      });
      assert.deepEqual(backends, ["polling"]);
      assert.deepEqual(problems, [[`${folder} is on ${kind}, which tells nobody of changes`, true]]);
      await hinted("new", () => write("a.yaml", "1"));
      await hinted("changed", () => write("a.yaml", "longer than before"));
      await hinted("removed", () => rmSync(join(folder, "a.yaml")));
    });

  test("a file system that cannot be asked, or is none of the network, is watched", async () => {
    for (const magic of [null, 0xef53]) {
      const backends: unknown[] = [];
      await start([folder], { fileSystemOf: async () => magic, open: noting(backends) });
      await watch?.stop();
      assert.deepEqual(backends, ["native"]);
    }
  });

  test("as editors save: vim's backup and rename, VS Code's truncation, sed -i", async () => {
    const file = join(folder, "a.yaml");
    writeFileSync(file, "1");
    await start([folder]);
    for (let round = 0; round < 3; round++) {
      await hinted("vim, with a backup", () => {
        renameSync(file, `${file}~`);
        writeFileSync(file, `vim ${round}`);
        rmSync(`${file}~`);
      });
      await hinted("VS Code", () => {
        writeFileSync(file, "");
        writeFileSync(file, `code ${round}`);
      });
      await hinted("sed -i", () => execFileSync("sed", ["-i", `s/code ${round}/sed ${round}/`, file]));
      assert.equal(readFileSync(file, "utf8"), `sed ${round}`);
    }
  });

  test("every swap of a mounted ConfigMap", async () => {
    const publish = (version: number): void => {
      mkdirSync(join(folder, `..v${version}`));
      writeFileSync(join(folder, `..v${version}`, "a.yaml"), String(version));
      symlinkSync(`..v${version}`, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
      if (version > 1) rmSync(join(folder, `..v${version - 1}`), { recursive: true });
    };
    publish(1);
    symlinkSync("..data/a.yaml", join(folder, "a.yaml"));
    await start([folder]);
    for (let version = 2; version <= 6; version++) await hinted(`swap ${version}`, () => publish(version));
  });

  test("a single file, however it is saved", async () => {
    const file = join(folder, "policy.yaml");
    writeFileSync(file, "1");
    await start([file]);
    for (let i = 0; i < 3; i++) {
      await hinted("in place", () => writeFileSync(file, `in place ${i}`));
      await hinted("renamed over", () => {
        writeFileSync(join(root, "tmp"), `over ${i}`);
        renameSync(join(root, "tmp"), file);
      });
    }
  });

  test("neighbours of a single file are no hint", async () => {
    const file = join(folder, "policy.yaml");
    writeFileSync(file, "1");
    await start([file]);
    write("other.txt", "noise");
    await hinted("the file itself", () => writeFileSync(file, "2"));
    const before = hints;
    for (let i = 0; i < 20; i++) write(`other-${i}.txt`, "noise");
    // The next real event arrives after all of those before it.
    await hinted("the file again", () => writeFileSync(file, "33"));
    assert.ok(hints - before <= 3, `${hints - before} hints`);
  });

  test("swaps as fast as can be: a hint comes after the last one", async () => {
    const publish = (version: number): void => {
      mkdirSync(join(folder, `..v${version}`));
      writeFileSync(join(folder, `..v${version}`, "a.yaml"), String(version));
      symlinkSync(`..v${version}`, join(folder, "..data_tmp"));
      renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
      rmSync(join(folder, `..v${version - 1}`), { recursive: true, force: true });
    };
    publish(1);
    symlinkSync("..data/a.yaml", join(folder, "a.yaml"));
    let seen = "1";
    watch = await Watch.start({
      paths: [folder],
      clock: realClock,
      lookMs: 60_000,
      onHint: () => {
        seen = readFileSync(join(folder, "a.yaml"), "utf8");
      },
      onProblem: (words) => assert.fail(words),
    });
    for (const last of [51, 101, 151]) {
      for (let version = last - 49; version <= last; version++) publish(version);
      await poll(`version ${last}`, () => seen === String(last), 5000);
    }
  });
});

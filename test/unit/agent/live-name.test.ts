import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { nameLive } from "../../../src/agent/live-name.ts";

describe("nameLive", () => {
  let folder: string;
  const servers: Server[] = [];
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "live-"));
  });
  after(() => {
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const at = (name: string): string => join(folder, name);

  const listen = (name: string): Promise<void> =>
    new Promise((resolve) => {
      const server = createServer((connection) => connection.end(name));
      servers.push(server);
      server.listen(at(name), resolve);
    });
  const whoAnswers = (name: string): Promise<string> =>
    new Promise((resolve, reject) => {
      let said = "";
      connect(at(name))
        .setEncoding("utf8")
        .on("data", (chunk: string) => {
          said += chunk;
        })
        .on("end", () => resolve(said))
        .on("error", reject);
    });

  test("the name leads to one and then to the other, who both keep their own", async () => {
    await listen("core-1.sock");
    await listen("core-2.sock");
    await nameLive(at("core-1.sock"), at("core.sock"));
    assert.equal(await whoAnswers("core.sock"), "core-1.sock");
    await nameLive(at("core-2.sock"), at("core.sock"));
    assert.equal(await whoAnswers("core.sock"), "core-2.sock");
    assert.equal(await whoAnswers("core-1.sock"), "core-1.sock");
    await nameLive(at("core-1.sock"), at("core.sock"));
    await nameLive(at("core-1.sock"), at("core.sock"));
    assert.equal(await whoAnswers("core.sock"), "core-1.sock");
    assert.deepEqual(readdirSync(folder).sort(), ["core-1.sock", "core-2.sock", "core.sock"]);
  });

  test("at no moment does nobody answer", async () => {
    let isTurning = true;
    let refused = 0;
    let answered = 0;
    const asking = (async () => {
      while (isTurning) {
        await whoAnswers("core.sock").then(
          () => {
            answered += 1;
          },
          () => {
            refused += 1;
          },
        );
      }
    })();
    for (let i = 0; i < 200; i++) await nameLive(at(i % 2 === 0 ? "core-2.sock" : "core-1.sock"), at("core.sock"));
    isTurning = false;
    await asking;
    assert.equal(refused, 0);
    assert.ok(answered > 10);
  });

  test("a socket that is not there leaves the name as it was", async () => {
    await nameLive(at("core-1.sock"), at("core.sock"));
    await assert.rejects(nameLive(at("absent.sock"), at("core.sock")), { code: "ENOENT" });
    assert.equal(await whoAnswers("core.sock"), "core-1.sock");
  });
});

import { spawnSync } from "node:child_process";
import { type TestContext, test } from "node:test";
import { type AgentProcess, agentProcess } from "./agent-process.ts";
import { markPolicy } from "./policy-scene.ts";

/** A small file system of its own, in a name space that ends with the process. */
const canMount = spawnSync("unshare", ["-rm", "sh", "-c", "mount -t tmpfs -o size=1m tmpfs /mnt"]).status === 0;

/** An agent whose run directory is a disk of so many MiB. */
export const onSmallDisk = (
  what: string,
  mebibytes: number,
  run: (agent: AgentProcess, t: TestContext) => Promise<void>,
): void => {
  test(what, { skip: canMount ? false : "no name spaces for users here (unshare -rm)" }, async (t) => {
    const options = { runDirBytes: mebibytes * 1024 * 1024 };
    const agent = await agentProcess({ "a.yaml": markPolicy("a", "mark-0") }, options);
    try {
      await agent.start();
      await run(agent, t);
    } finally {
      await agent.end();
    }
  });
};

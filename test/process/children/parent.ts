import { startCollector } from "../../../src/collector/process.ts";

/** Starts a child that would stay, says its pid, and exits without stopping it. */
const [, , path = "", endWithParent = ""] = process.argv;
const child = startCollector({
  binary: { path },
  configPath: "/none.yaml",
  env: process.env,
  name: "core-1",
  onLog: () => {
    process.stdout.write(`${child.pid}\n`, () => process.exit(7));
  },
  stdout: "ignore",
  endWithParent: endWithParent === "yes",
});

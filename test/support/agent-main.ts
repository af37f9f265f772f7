import { startScene } from "./agent.ts";

/** An agent in a process of its own, for tests that kill it: `node agent-main.ts RUN_DIR PORT`. Says `ready` when it is. */
const [runDir = "", port = ""] = process.argv.slice(2);
const scene = await startScene(
  { "a.yaml": "mark: one\n" },
  { runDir, base: { path: "base.yaml", text: port }, endWithParent: false, listen: null },
);
await scene.until("ready", ({ ready }) => ready);
process.stdout.write("ready\n");

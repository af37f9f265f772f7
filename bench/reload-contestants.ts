import { agentProcess } from "../test/support/agent-process.ts";
import { collectorOfAll } from "./reload-collector.ts";
import type { Contestant } from "./reload-contestant.ts";
import { plain } from "./reload-plain.ts";
import { supervised } from "./reload-supervisor.ts";

/** In a process of its own and with the flags of the image, as it is run. */
const agent = (name: string, topology: "handover" | "single"): Contestant => ({
  name,
  prepare: async () => null,
  start: async (policy) => {
    const running = await agentProcess(
      { "a.yaml": policy },
      { isShipped: true, isDirect: true, collector: collectorOfAll, agent: { topology, debounceMs: 10 } }, // the default
    );
    await running.start();
    return {
      endpoint: running.endpoint,
      sinks: [running.sink, running.defaults],
      apply: (text) => running.write("a.yaml", text),
      applyBroken: ({ policy: breaks }) => running.write("a.yaml", breaks(policy)),
      stop: async () => {
        await running.stop();
        await running.end();
      },
    };
  },
});

export const contestants: readonly Contestant[] = [
  agent("this agent, handover", "handover"),
  agent("this agent, single", "single"),
  supervised("opampsupervisor, restart", {}),
  supervised("opampsupervisor, HUP", { use_hup_config_reload: true }),
  supervised("opampsupervisor, HUP, validates and rolls back", {
    use_hup_config_reload: true,
    validate_config: true,
    automatic_config_rollback: true,
  }),
  plain("plain SIGHUP", async (child) => {
    child.kill("SIGHUP");
  }),
  plain("plain restart", (_child, restart) => restart()),
];

import { startPolicyScene } from "../test/support/policy-scene.ts";
import { collectorOfAll, inspectCollector } from "./reload-collector.ts";
import type { Contestant } from "./reload-contestant.ts";
import { plain } from "./reload-plain.ts";
import { supervised } from "./reload-supervisor.ts";

const agent = (name: string, topology: "handover" | "single"): Contestant => ({
  name,
  prepare: async () => null,
  start: async (policy) => {
    const collector = { path: collectorOfAll, ...(await inspectCollector()), source: "built" } as const;
    const scene = await startPolicyScene({ "a.yaml": policy }, { topology, collector, debounceMs: 10 }); // the default
    await scene.until("ready", ({ ready }) => ready);
    return {
      endpoint: scene.endpoint,
      sinks: [scene.sink, scene.defaults],
      apply: (text) => scene.write("a.yaml", text),
      applyBroken: ({ policy: breaks }) => scene.write("a.yaml", breaks(policy)),
      stop: () => scene.end(),
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

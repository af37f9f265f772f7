import { byText } from "../base/order.ts";
import { type Assembly, add, pipe } from "./assembly.ts";
import { type BaseConfig, typeOf } from "./base-config.ts";
import { isConnector } from "./entries.ts";
import { fromBase, hop } from "./hop.ts";
import { ownQueue } from "./queues.ts";

/**
 * Exporters of the base config that write a file, in order. A file has one writer, or its lines are torn (the exporter
 * flushes wherever its buffer is full) and each new core empties it; so they stay with the process that no edit changes.
 */
const fileExporters = (base: BaseConfig): readonly string[] =>
  [
    ...new Set(
      base.pipelines.flatMap(({ exporters }) =>
        exporters.filter((id) => typeOf(id) === "file" && !isConnector(base, id)),
      ),
    ),
  ].sort(byText);

/** Name of the socket, without its ending, that leads to a file exporter. */
const socketOf = (index: number): string => `file-${index}`;

/** For a core: an exporter as it is, or the way to the file that it stands for. */
export const fileWays =
  (assembly: Assembly, base: BaseConfig, otlpGrpc: string, runDir: string, store: string | null) =>
  (id: string): string => {
    const index = fileExporters(base).indexOf(id);
    if (index < 0) return id;
    return add(assembly, "exporters", `${otlpGrpc}/otel_policy_file_${index}`, {
      ...hop(`${runDir}/${socketOf(index)}.sock`),
      sending_queue: ownQueue(store),
    });
  };

/** For ingest: the files themselves. */
export const addFileEnds = (assembly: Assembly, base: BaseConfig, receiverAt: (socket: string) => string): void => {
  for (const [index, id] of fileExporters(base).entries()) {
    const receivers = [receiverAt(socketOf(index))];
    const exporters = [add(assembly, "exporters", id, fromBase(base, `exporters::${id}`, base.exporters[id] ?? null))];
    const signals = base.pipelines.flatMap(({ signal, exporters: used }) => (used.includes(id) ? [signal] : []));
    for (const signal of new Set(signals))
      pipe(assembly, `${signal}/otel_policy_file_${index}`, { receivers, processors: [], exporters });
  }
};

import { type Assembly, add, pipe } from "./assembly.ts";
import { hop } from "./hop.ts";
import { quoted, resourceAttribute } from "./ottl.ts";
import { ownQueue } from "./queues.ts";
import type { Tree } from "./tree.ts";

const socket = "stdout";

/** One line per record. The encoding writes bodies as they are, each followed by a newline. */
const lines = (assembly: Assembly): { readonly [key: string]: Tree } => {
  const encoding = add(assembly, "extensions", "text_encoding/otel_policy", {});
  assembly.serviceExtensions.add(encoding);
  return { append: true, flush_interval: "100ms", encoding };
};

/** For a Collector that is alone on its stdout. */
export const addStdout = (assembly: Assembly): string =>
  add(assembly, "exporters", "file/otel_policy_stdout", { path: "/dev/stdout", ...lines(assembly) });

/** Whether a Collector with these components can write lines; null: nobody asked it. */
export const writesLines = (components: ReadonlySet<string> | null): boolean =>
  components === null || (components.has("file") && components.has("text_encoding"));

/**
 * For a core: the way to the stdout of ingest. The exporter flushes wherever its buffer is full, so a core that takes its
 * time to end and the one that has taken its place would tear each other's lines.
 */
export const addStdoutWay = (assembly: Assembly, otlpGrpc: string, runDir: string, store: string | null): string =>
  add(assembly, "exporters", `${otlpGrpc}/otel_policy_stdout`, {
    ...hop(`${runDir}/${socket}.sock`),
    sending_queue: ownQueue(store),
  });

const path = "otel_policy.stdout";

/**
 * For ingest: stdout itself. It is opened with the first line, as one of many files would be: where nothing can be opened
 * (a socket of systemd), lines are refused for good, which the core counts, and everything else goes on.
 */
export const addStdoutEnd = (assembly: Assembly, receiverAt: (socket: string) => string): void => {
  const exporter = add(assembly, "exporters", "file/otel_policy_stdout", {
    path: "/dev/*",
    group_by: { enabled: true, resource_attribute: path, max_open_files: 1 },
    ...lines(assembly),
  });
  const named = add(assembly, "processors", "transform/otel_policy_stdout", {
    error_mode: "ignore",
    log_statements: [{ context: "resource", statements: [`set(${resourceAttribute(path)}, ${quoted("stdout")})`] }],
  });
  pipe(assembly, "logs/otel_policy_stdout", {
    receivers: [receiverAt(socket)],
    processors: [named],
    exporters: [exporter],
  });
};

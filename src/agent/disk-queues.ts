import type { Json } from "../base/canonical.ts";
import { ownRetry, queueing, queueStorage, queueStorageIn, withQueue } from "../render/queues.ts";
import { environment } from "../render/types.ts";
import { type Config, list, object, standIn, typeOf } from "./stand-in.ts";

/** Parts of exporters that put their queues on disk, by id. */
export type DiskQueues = { readonly [exporter: string]: Config };

/** Exporters that hold nothing back, or only as long as a write takes. */
const immediate: ReadonlySet<string> = new Set(["debug", "nop", "file", "prometheus"]);

const isOurs = (id: string): boolean => id.includes("/otel_policy_");

/** What has to be laid over a config of the single topology for its queues to survive the process, as those of a core do. */
export const diskQueues = (config: Config, bytes?: number): DiskQueues => {
  const exporters = object(config["exporters"]);
  return Object.fromEntries(
    Object.entries(exporters).flatMap(([id, body]) => {
      const queued = withQueue(id, body ?? null, queueStorage, bytes);
      if (queued === body) return [];
      const part = { sending_queue: object(queued)["sending_queue"] ?? null };
      return [[id, isOurs(id) ? { ...part, retry_on_failure: ownRetry } : part]];
    }),
  );
};

/** Whether all that its exporters hold for their backends survives its being killed. */
export const keepsAll = (config: Config, queues: DiskQueues): boolean =>
  Object.entries(object(config["exporters"])).every(
    ([id, body]) => id in queues || immediate.has(typeOf(id)) || (queueing.has(typeOf(id)) && hasStorage(body)),
  );

const hasStorage = (body: Json | undefined): boolean => "storage" in object(object(body)["sending_queue"]);

const variable = (name: string): string => `\${env:${name}}`;

/** A config that delivers what these exporters left on disk, and does nothing else. It reads its places as a core does. */
export const leftoverConfig = (config: Config, queues: DiskQueues): Config => {
  const directory = `${variable(environment.runDir)}/queue-${variable(environment.slot)}`;
  const exporters = object(config["exporters"]);
  const made = standIn(
    { ...config, exporters: { ...exporters, ...merged(exporters, queues) } },
    {
      socket: variable(environment.coreSocket),
      healthSocket: variable(environment.healthSocket),
      // What the platform's own extensions store is in use.
      scratch: `${directory}/scratch`,
    },
  );
  const service = object(made["service"]);
  return {
    ...made,
    extensions: { ...object(made["extensions"]), [queueStorage]: queueStorageIn(directory) },
    service: {
      ...service,
      extensions: [...list(service["extensions"]), queueStorage],
      telemetry: {
        ...object(service["telemetry"]),
        metrics: { level: "normal", readers: [readerAt(variable(environment.telemetryPort))] },
      },
    },
  };
};

const merged = (exporters: Config, queues: DiskQueues): Config =>
  Object.fromEntries(Object.entries(queues).map(([id, part]) => [id, { ...object(exporters[id]), ...part }]));

/** Metrics of a Collector of ours for us to read. */
export const readerAt = (port: number | string): Config => ({
  pull: {
    exporter: {
      prometheus: {
        host: "127.0.0.1",
        port,
        without_scope_info: true,
        without_units: true,
        without_type_suffix: true,
      },
    },
  },
});

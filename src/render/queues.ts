import type { Json } from "../base/canonical.ts";
import { type Assembly, add } from "./assembly.ts";
import { typeOf } from "./base-config.ts";
import type { Tree } from "./tree.ts";
import { environment } from "./types.ts";

/** The extension that keeps queues on disk. */
export const queueStorage = "file_storage/otel_policy_queue";

/** Bytes that one exporter may hold for a backend that does not take them, per signal, where the disk has room. */
export const usualQueueBytes = 256 * 1024 * 1024;
/** The agent, which knows the disk, may say less. */
export const diskBytes = `\${env:${environment.queueBytes}:-${usualQueueBytes}}`;
const memoryBytes = 64 * 1024 * 1024;

const variable = (name: string): string => `\${env:${name}}`;

/** Exporters whose `sending_queue` has a `storage`; others of contrib may have it too, but nobody asked us to know them. */
export const queueing: ReadonlySet<string> = new Set(["otlp_grpc", "otlp_http", "otlp", "otlphttp"]);

/** Where exporters keep what they have not delivered; null: this Collector cannot keep it on disk. `slot` is a core's own. */
export const addQueueStorage = (
  assembly: Assembly,
  components: ReadonlySet<string> | null,
  slot = variable(environment.slot),
): string | null => {
  if (components !== null && !components.has("file_storage")) return null;
  add(assembly, "extensions", queueStorage, queueStorageIn(`${variable(environment.runDir)}/queue-${slot}`));
  assembly.serviceExtensions.add(queueStorage);
  return queueStorage;
};

/** A process that is killed tears no page; after a power cut a broken file must not keep a core from starting. */
export const queueStorageIn = (
  directory: string,
): {
  readonly directory: string;
  readonly create_directory: boolean;
  readonly directory_permissions: string;
  readonly recreate: boolean;
} => ({ directory, create_directory: true, directory_permissions: "0700", recreate: true });

/**
 * The queue of an exporter of ours. A full one makes senders wait: an error would make ingest send the whole request
 * again, after its metrics were counted and other exporters had it.
 */
export const ownQueue = (store: string | null): Tree => ({
  sizer: "bytes",
  queue_size: store === null ? memoryBytes : diskBytes,
  block_on_overflow: true,
  storage: store ?? undefined,
});

/**
 * How often a backend of a policy is tried again. It is given up after five minutes, which is counted: waiting longer
 * would in the end make everybody wait.
 */
export const ownRetry = { initial_interval: "1s", max_interval: "10s", max_elapsed_time: "300s" } as const;

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The platform's exporter, what it says of its queue kept, and the rest as `ownQueue`. */
export const withQueue = (
  id: string,
  body: Json,
  store: string | null,
  bytes: number | string = store === null ? memoryBytes : diskBytes,
): Json => {
  if (!queueing.has(typeOf(id)) || !(body === null || isObject(body))) return body;
  const queue = body?.["sending_queue"];
  if (isObject(queue) && (queue["enabled"] === false || "storage" in queue || queue["wait_for_result"] === true))
    return body;
  if (queue !== undefined && queue !== null && !isObject(queue)) return body;
  const own: { readonly [key: string]: Json } =
    queue === undefined || queue === null || !("queue_size" in queue || "sizer" in queue)
      ? { sizer: "bytes", queue_size: bytes }
      : {};
  return {
    ...body,
    sending_queue: { ...own, block_on_overflow: true, ...(store === null ? {} : { storage: store }), ...(queue ?? {}) },
  };
};

import { queueStorage, queueStorageIn } from "../render/queues.ts";
import { type DiskQueues, readerAt } from "./disk-queues.ts";
import { type Config, health, list, object } from "./stand-in.ts";

export type OverlayPlaces = {
  readonly healthSocket: string;
  readonly telemetryPort: number;
  /** Where its exporters keep what they have not delivered, and which do; null: in memory, as the config says. */
  readonly queues: { readonly directory: string; readonly exporters: DiskQueues } | null;
};

/**
 * What is laid over a config so that we can see it live: a health check that only this generation has, and metrics; and
 * queues that survive the process. Lists of a second config replace those of the first, so they are repeated.
 */
export const overlay = (config: Config, { healthSocket, telemetryPort, queues }: OverlayPlaces): Config => {
  const service = object(config["service"]);
  const metrics = object(object(service["telemetry"])["metrics"]);
  const level = metrics["level"];
  return {
    extensions: {
      [health]: { endpoint: healthSocket, transport: "unix" },
      ...(queues === null ? {} : { [queueStorage]: queueStorageIn(queues.directory) }),
    },
    ...(queues === null ? {} : { exporters: queues.exporters }),
    service: {
      extensions: [...list(service["extensions"]), health, ...(queues === null ? [] : [queueStorage])],
      telemetry: {
        metrics: {
          level: typeof level === "string" && level !== "none" ? level : "normal",
          readers: [...list(metrics["readers"]), readerAt(telemetryPort)],
        },
      },
    },
  };
};

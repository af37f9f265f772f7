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

const healthIn = /"endpoint":("[^"]*health-single-(\d+)\.sock")/;
const queuesIn = /"directory":"[^"]*\/queue-(\w+)"/;
const portIn = /"host":"127\.0\.0\.1","port":(\d+)/;

/** The same, for another process: of a config that was taken over only its text is known, and what was laid over it. */
export const movedOverlay = (text: string, healthSocket: string, queues: string | null): string => {
  const moved = text.replace(healthIn, () => `"endpoint":${JSON.stringify(healthSocket)}`);
  return queues === null ? moved : moved.replace(queuesIn, () => `"directory":${JSON.stringify(queues)}`);
};

/** What the text of an overlay says of places; null: it is none of ours. */
export const placesIn = (
  text: string,
): {
  readonly healthSocket: string;
  readonly serial: number;
  readonly telemetryPort: number;
  readonly slot: string | null;
} | null => {
  const [, socket, serial] = healthIn.exec(text) ?? [];
  const port = portIn.exec(text)?.[1];
  if (socket === undefined || port === undefined) return null;
  return {
    healthSocket: String(JSON.parse(socket)),
    serial: Number(serial),
    telemetryPort: Number(port),
    slot: queuesIn.exec(text)?.[1] ?? null,
  };
};

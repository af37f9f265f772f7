import type { Json } from "../base/canonical.ts";

export type Config = { readonly [key: string]: Json };

export const object = (value: Json | undefined): Config =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Config) : {};
export const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** Of its config and its process. */
export const standInName = "stand-in";

const receiver = "otlp/otel_policy_stand_in";
export const health = "health_check/otel_policy";
export const typeOf = (id: string): string => id.split("/")[0] ?? id;

export type StandInPlaces = {
  /** Unix sockets for its only receiver and its health. */
  readonly socket: string;
  readonly healthSocket: string;
  /** Folder for whatever its extensions store. */
  readonly scratch: string;
};

/**
 * A config like the given one that can run beside it: nothing comes in, nothing listens where the other one does, and
 * what it stores is its own. Whatever a policy can change is in it; the platform's receivers are not.
 */
export const standIn = (config: Config, places: StandInPlaces): Config => {
  const connectors = object(config["connectors"]);
  const service = object(config["service"]);
  const pipelines = Object.entries(object(service["pipelines"])).map(([id, pipeline]) => {
    const own = list(object(pipeline)["receivers"]).filter((name) => typeof name === "string" && name in connectors);
    return [id, { ...object(pipeline), receivers: own.length > 0 ? own : [receiver] }] as const;
  });
  return {
    ...config,
    receivers: { [receiver]: { protocols: { grpc: { endpoint: places.socket, transport: "unix" } } } },
    // Prometheus listens, too.
    exporters: mapped(object(config["exporters"]), (id, body) =>
      typeOf(id) === "prometheus" ? elsewhere(body) : body,
    ),
    extensions: {
      ...mapped(object(config["extensions"]), (id, body) =>
        typeOf(id) === "file_storage"
          ? { ...object(body), directory: places.scratch, create_directory: true }
          : elsewhere(body),
      ),
      [health]: { endpoint: places.healthSocket, transport: "unix" },
    },
    service: {
      ...service,
      extensions: [...list(service["extensions"]).filter((id) => id !== health), health],
      telemetry: { ...object(service["telemetry"]), metrics: { level: "none" } },
      pipelines: Object.fromEntries(pipelines),
    },
  };
};

const mapped = (entries: Config, change: (id: string, body: Json) => Json): Config =>
  Object.fromEntries(Object.entries(entries).map(([id, body]) => [id, change(id, body)]));

/** Every address of the form `host:port` becomes a free one of this machine. */
const elsewhere = (body: Json): Json => {
  if (Array.isArray(body)) return body.map(elsewhere);
  if (typeof body !== "object" || body === null) return body;
  return mapped(object(body), (key, value) =>
    key === "endpoint" && typeof value === "string" && /:\d+$/.test(value) ? "127.0.0.1:0" : elsewhere(value),
  );
};

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writeForThisBoot } from "../collector/atomic-file.ts";
import type { CollectorLine } from "../collector/log-line.ts";
import { freePorts } from "../collector/ports.ts";
import { type CollectorProcess, startCollector } from "../collector/process.ts";
import { removeStaleSockets } from "../collector/sockets.ts";
import { environment } from "../render/types.ts";
import { type Failure, failure } from "./failure.ts";
import { type LateValues, lateEnvironment, lateFiles } from "./late-values.ts";
import type { Proposal } from "./machine.ts";
import { forgetProcess, noteProcess } from "./orphans.ts";
import type { Site } from "./site.ts";

/** Everything one Collector process needs to start, decided and written before it does, so that it can be validated with the same. */
export type Launch = {
  /** `ingest`, `core-3` */
  readonly name: string;
  readonly configPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly healthSocket: string;
  readonly telemetryPort: number;
  readonly digest: string;
};

export type IngestLaunch = Launch & { readonly flowPort: number };
export type CoreLaunch = Launch & { readonly serial: number; readonly slot: string; readonly socket: string };

export const prepareIngest = async (site: Site, proposal: Proposal): Promise<IngestLaunch | Failure> => {
  const [[telemetryPort = 0, flowPort = 0], queueBytes] = await Promise.all([freePorts(2), site.queueRoom.ofIngest()]);
  const name = "ingest";
  // Named by content: the one that runs must find its own file again when it has to be restarted.
  const configPath = site.runDir.configFile(`ingest-${proposal.ingestDigest.slice(0, 12)}`);
  const unwritten = await writeForThisBoot(configPath, proposal.ingest);
  if (unwritten !== null) return failure("start_failed", unwritten);
  const healthSocket = site.runDir.healthSocket(name);
  const env = {
    ...site.env,
    [environment.runDir]: site.runDir.path,
    [environment.healthSocket]: healthSocket,
    [environment.telemetryPort]: String(telemetryPort),
    [environment.flowPort]: String(flowPort),
    [environment.digest]: proposal.ingestDigest,
    [environment.queueBytes]: String(queueBytes),
  };
  return { name, configPath, env, healthSocket, telemetryPort, flowPort, digest: proposal.ingestDigest };
};

/** Of a core what is known before its config is: where it lives. */
export type CorePlace = Pick<CoreLaunch, "name" | "configPath" | "env" | "healthSocket" | "serial" | "slot" | "socket">;

export const placeCore = (site: Site, serial: number, slot: string): CorePlace => {
  const name = `core-${serial}`;
  const healthSocket = site.runDir.healthSocket(name);
  const socket = site.runDir.coreSocket(serial);
  const env = {
    ...site.env,
    [environment.runDir]: site.runDir.path,
    [environment.coreSocket]: socket,
    [environment.healthSocket]: healthSocket,
    [environment.slot]: slot,
  };
  return { name, configPath: site.runDir.configFile(name), env, healthSocket, serial, slot, socket };
};

/** What is left to say of a core once its config is known. */
export const decideLate = async ({ queueRoom }: Site, { digest, config }: Proposal): Promise<LateValues> => {
  const [[telemetryPort = 0], queueBytes] = await Promise.all([freePorts(1), queueRoom.ofCore(config)]);
  return { digest, telemetryPort: String(telemetryPort), queueBytes: String(queueBytes) };
};

export const placed = (place: CorePlace, { digest, telemetryPort }: LateValues): CoreLaunch => ({
  ...place,
  digest,
  telemetryPort: Number(telemetryPort),
});

export const prepareCore = async (
  site: Site,
  proposal: Proposal,
  serial: number,
  slot: string,
): Promise<CoreLaunch | Failure> => {
  const place = placeCore(site, serial, slot);
  const [late, unwritten] = await Promise.all([
    decideLate(site, proposal),
    writeForThisBoot(place.configPath, proposal.core),
  ]);
  if (unwritten !== null) return failure("start_failed", unwritten);
  return placed({ ...place, env: { ...place.env, ...lateEnvironment(late) } }, late);
};

/** A config that nobody runs any more, and what is kept beside it. */
export const removeConfig = async (configPath: string): Promise<void> => {
  await Promise.all([configPath, ...Object.values(lateFiles(configPath))].map((path) => rm(path, { force: true })));
};

/** ingest listens on every socket of the run directory that is not a core's. */
export const ofIngest = (file: string): boolean => !/^(?:core|health-core-)/.test(file);
const ofCore =
  (serial: number) =>
  (file: string): boolean =>
    file === `core-${serial}.sock` || file === `health-core-${serial}.sock`;

/** Where a Collector's stderr goes: to a file, so that it can outlive the agent. */
export const logFile = (site: Site, name: string): string => join(site.runDir.path, `${name}.log`);

/**
 * What a Collector calls info is everyday news to it; for us it is detail. So are gRPC's complaints about a peer that is
 * not there yet: whether a process works is told by its health.
 */
export const onLogOf = (site: Site, name: string): ((line: CollectorLine) => void) => {
  const log = site.log.with({ process: name });
  return ({ level, message, fields }) =>
    log(level === "info" || fields["grpc_log"] === "true" ? "debug" : level, message, fields);
};

/**
 * Starts what was prepared. Sockets left from a process that is gone are removed first: bind(2) would fail on them. With
 * the `uri` of a gate only half.
 */
export const start = async (site: Site, launch: IngestLaunch | CorePlace, gate?: string): Promise<CollectorProcess> => {
  await removeStaleSockets(site.runDir.path, "serial" in launch ? ofCore(launch.serial) : ofIngest);
  const log = site.log.with({ process: launch.name });
  const stderr = logFile(site, launch.name);
  await rm(stderr, { force: true }); // of an ingest before this one
  const started = startCollector({
    binary: site.binary,
    configPath: launch.configPath,
    env: launch.env,
    name: launch.name,
    stdout: site.stdout,
    endWithParent: site.endWithParent,
    clock: site.clock,
    stderr,
    onLog: onLogOf(site, launch.name),
    ...(gate === undefined ? {} : { gate }),
  });
  log("debug", "Collector started", { pid: started.pid, config: launch.configPath });
  const { pid } = started;
  if (pid !== null) {
    await noteProcess(site.runDir.path, pid, launch.configPath);
    void started.exited
      .then(() =>
        Promise.all([forgetProcess(site.runDir.path, pid), "serial" in launch ? rm(stderr, { force: true }) : null]),
      )
      .catch(() => {}); // then the next agent finds them stale
  }
  return started;
};

import { readFile, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { sha256 } from "../base/canonical.ts";
import { type AdoptOptions, adoptCollector } from "../collector/adopt.ts";
import { askHealth } from "../collector/health.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { collectorsOf, type RunningCollector } from "../collector/running.ts";
import { environment } from "../render/types.ts";
import { lateValue } from "./late-values.ts";
import { type CoreLaunch, type IngestLaunch, logFile, onLogOf } from "./launch.ts";
import { forgetProcess } from "./orphans.ts";
import { externalIngestConfig, type Site } from "./site.ts";

export type AdoptableIngest = {
  readonly launch: IngestLaunch;
  readonly config: string;
  readonly running: RunningCollector;
};

/** Collectors that an agent before this one started and that run on. */
export type Adoptable = {
  /** Healthy, and just as we would start it. */
  readonly ingest: AdoptableIngest | null;
  readonly cores: readonly {
    readonly launch: CoreLaunch;
    readonly config: string;
    readonly running: RunningCollector;
    /** ingest finds it by its name, and it is healthy. */
    readonly isLive: boolean;
  }[];
  /** Of another binary, with another environment, or not to be recognised: to be ended. */
  readonly foreign: readonly RunningCollector[];
};

export const findAdoptable = async (site: Site): Promise<Adoptable> => {
  const foreign: RunningCollector[] = [];
  const cores: Adoptable["cores"][number][] = [];
  let ingest: AdoptableIngest | null = null;
  for (const running of await collectorsOf(site.runDir.path)) {
    if (site.externalIngest !== null && running.configPath === externalIngestConfig(site)) continue;
    const config = await readFile(running.configPath, "utf8").catch(() => ""); // then its digest does not fit
    const launch = isOurs(site, running, config) ? await launchOf(running, config) : null;
    if (launch === null) foreign.push(running);
    else if ("serial" in launch) cores.push({ launch, config, running, isLive: await isNamedLive(site, launch) });
    else if (ingest === null && (await askHealth(launch.healthSocket)) === "healthy")
      ingest = { launch, config, running };
    else foreign.push(running);
  }
  return { ingest, cores, foreign };
};

/** Takes one over. */
export const adopt = (site: Site, { pid, startTime }: RunningCollector, name: string): CollectorProcess => {
  const options: AdoptOptions = {
    pid,
    startTime,
    name,
    stderr: logFile(site, name),
    endWithParent: site.endWithParent,
    clock: site.clock,
    onLog: onLogOf(site, name),
  };
  const adopted = adoptCollector(options);
  void adopted.exited
    .then(() =>
      Promise.all([
        forgetProcess(site.runDir.path, pid),
        name === "ingest" ? null : rm(options.stderr, { force: true }),
      ]),
    )
    .catch(() => {}); // then the next agent finds them stale
  return adopted;
};

/**
 * The same binary, with the same of everything in its environment that the config reads or that changes how it runs. What
 * a service manager puts there anew at each start does not count.
 */
const isOurs = (site: Site, { path, env }: RunningCollector, config: string): boolean => {
  if (path !== site.binary.path) return false;
  const own = new Set<string>(Object.values(environment));
  const read = [...config.matchAll(/\$\{(?:env:)?([A-Za-z_]\w*)/g)].flatMap(([, name]) => name ?? []);
  const names = [...read, ...Object.keys(env).filter(isForGo), ...Object.keys(site.env).filter(isForGo)];
  return names.every((name) => own.has(name) || env[name] === site.env[name]);
};

/** Variables that Go's runtime and its HTTP client read. */
const isForGo = (name: string): boolean => /^(?:GO[A-Z]+|SSL_CERT_\w+|(?:https?|no|all)_proxy)$/i.test(name);

const launchOf = async (
  { configPath, env }: RunningCollector,
  config: string,
): Promise<CoreLaunch | IngestLaunch | null> => {
  const [digest, telemetryPort] = await Promise.all([
    lateValue(env[environment.digest] ?? ""),
    lateValue(env[environment.telemetryPort] ?? "").then(Number),
  ]);
  if (config === "" || sha256(config) !== digest) return null;
  const healthSocket = env[environment.healthSocket] ?? "";
  const common = { configPath, env, healthSocket, telemetryPort, digest };
  const file = basename(configPath);
  if (file.startsWith("ingest-")) return { ...common, name: "ingest", flowPort: Number(env[environment.flowPort]) };
  const serial = Number(/^core-(\d+)\.yaml$/.exec(file)?.[1]);
  const socket = env[environment.coreSocket] ?? "";
  const slot = env[environment.slot] ?? "";
  return Number.isSafeInteger(serial) && slot !== ""
    ? { ...common, name: `core-${serial}`, serial, slot, socket }
    : null;
};

/** The live name is a second link to the socket of the core it leads to. */
const isNamedLive = async (site: Site, launch: CoreLaunch): Promise<boolean> => {
  const [own, live] = await Promise.all(
    [launch.socket, site.runDir.liveSocket].map((path) => stat(path).catch(() => null)),
  );
  const isSame = own !== null && own !== undefined && live !== null && live !== undefined && own.ino === live.ino;
  return isSame && (await askHealth(launch.healthSocket)) === "healthy";
};

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { AgentOptions } from "../../src/agent/options.ts";
import { freePorts } from "./free-port.ts";
import { asShipped } from "./image-flags.ts";
import { notedCollectors } from "./noted-collectors.ts";
import { testBase } from "./policy-collector.ts";
import { poll } from "./poll.ts";
import { type SickDoor, startSickDoor } from "./sick-door.ts";
import { type Sink, startSink } from "./sink.ts";

/** An agent in a process of its own, which can be killed and started again over the same folders. */
export type AgentProcess = {
  readonly folder: string;
  readonly runDir: string;
  readonly endpoint: string;
  readonly url: string;
  readonly sink: Sink;
  /** Before the sink. */
  readonly door: SickDoor;
  readonly defaults: Sink;
  write(name: string, text: string): void;
  /** Starts it, and waits until it serves. */
  start(): Promise<void>;
  /** From now on it kills itself at the first line of its log that fits; until it is started again. */
  killAt(line: RegExp): void;
  pid(): number;
  /** Has it collect its garbage, and answers how many bytes are left: what it holds, and not what it has not let go of yet. */
  heldBytes(): Promise<number>;
  /** Resolves when it is gone. */
  readonly gone: () => Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** Collectors it noted, by the beginning of their config's name. */
  collectors(name?: string): readonly number[];
  end(): Promise<void>;
};

const main = fileURLToPath(new URL("agent-main.ts", import.meta.url));

export const agentProcess = async (
  files: { readonly [name: string]: string },
  /** `runDirBytes`: its run directory is a file system of this size. `fileBytes`: no file that it or its Collectors write grows beyond. `isShipped`: with the flags of the image. `isDirect`: the sink behind no door. `agent`: options beside those that a test of any kind needs. */
  {
    runDirBytes,
    fileBytes,
    isShipped = false,
    isDirect = false,
    collector,
    agent = {},
  }: {
    readonly runDirBytes?: number;
    readonly fileBytes?: number;
    readonly isShipped?: boolean;
    readonly isDirect?: boolean;
    /** Default: the one that tests are run with. */
    readonly collector?: string;
    readonly agent?: Pick<Partial<AgentOptions>, "topology" | "collectorMode" | "debounceMs" | "hangMs">;
  } = {},
): Promise<AgentProcess> => {
  const shipped = isShipped ? asShipped() : { flags: [], env: {} };
  const root = mkdtempSync(join(tmpdir(), "ap-"));
  const [folder, runDir] = [join(root, "policies"), join(root, "run")];
  const killFile = join(root, "kill-at");
  mkdirSync(folder);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  for (const [name, text] of Object.entries(files)) write(name, text);
  const [otlp = 0, prometheus = 0, web = 0] = await freePorts(3);
  const [sink, defaults] = await Promise.all([startSink(), startSink()]);
  const door = await startSickDoor(sink.port);
  const options = {
    policyDirs: [folder],
    runDir,
    base: testBase({ otlp, prometheus }, defaults),
    redirectSinks: isDirect ? sink.url : door.url,
    listen: `127.0.0.1:${web}`,
    ...agent,
  };
  let child: ChildProcess | null = null;
  let said = "";
  const gone = async (): Promise<void> => {
    if (child !== null && child.exitCode === null && child.signalCode === null) await once(child, "exit");
  };
  /** What a mount hides from here is seen through the process. */
  const seen = (): string => (runDirBytes === undefined ? runDir : `/proc/${child?.pid}/root${runDir}`);
  const collectors = (name = ""): readonly number[] => notedCollectors(seen(), name);
  return {
    folder,
    runDir,
    endpoint: `http://127.0.0.1:${otlp}`,
    url: `http://127.0.0.1:${web}`,
    sink,
    door,
    defaults,
    write,
    collectors,
    pid: () => child?.pid ?? 0,
    gone,
    killAt: (line) => writeFileSync(killFile, line.source),
    start: async () => {
      rmSync(killFile, { force: true });
      const words = [process.execPath, ...shipped.flags, "--expose-gc", main, JSON.stringify({ ...options, killFile })];
      // The unit of the standard's ulimit is 512 bytes.
      const limit = `ulimit -f ${Math.ceil((fileBytes ?? 0) / 512)} && exec "$0" "$@"`;
      const mount = `mkdir -p "$0" && mount -t tmpfs -o size=${runDirBytes} tmpfs "$0" && exec "$@"`;
      const [file = "", ...rest] =
        runDirBytes === undefined
          ? fileBytes === undefined
            ? words
            : ["sh", "-c", limit, ...words]
          : ["unshare", "-rm", "sh", "-c", mount, runDir, ...words];
      const started = spawn(file, rest, {
        stdio: ["ignore", "pipe", "inherit"],
        env: {
          ...process.env,
          ...shipped.env,
          ...(collector === undefined ? {} : { OTELCOL_BIN: collector }),
          TMPDIR: root,
        },
      });
      child = started;
      said = "";
      started.stdout.setEncoding("utf8");
      started.stdout.on("data", (chunk: string) => {
        said += chunk;
      });
      await poll(
        "the agent serving",
        () => {
          if (started.exitCode !== null || started.signalCode !== null)
            throw new Error(`the agent ended with ${started.exitCode ?? started.signalCode}`);
          return said.includes("ready");
        },
        30_000,
      );
    },
    heldBytes: async () => {
      said = "";
      child?.kill("SIGUSR2");
      return Number(await poll("collected", () => /collected (\d+)\n/.exec(said)?.[1]));
    },
    kill: async () => {
      child?.kill("SIGKILL");
      await gone();
    },
    stop: async () => {
      child?.kill("SIGTERM");
      await gone();
    },
    end: async () => {
      const left = collectors();
      child?.kill("SIGKILL");
      await gone();
      for (const pid of left) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // it had ended
        }
      }
      await Promise.all([door.close(), sink.close(), defaults.close()]);
      rmSync(root, { recursive: true, force: true });
    },
  };
};

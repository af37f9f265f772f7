import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { poll } from "../../support/poll.ts";

/** crun refuses machines that mount both cgroup versions; in a mount namespace of its own there is only one. */
const command = (args: readonly string[]): readonly [string, readonly string[]] =>
  existsSync("/sys/fs/cgroup/unified")
    ? [
        "unshare",
        [
          "--mount",
          "sh",
          "-c",
          'umount /sys/fs/cgroup/unified; exec crun --cgroup-manager=cgroupfs "$@"',
          "crun",
          ...args,
        ],
      ]
    : ["crun", ["--cgroup-manager=cgroupfs", ...args]];

export const crun = (...args: readonly string[]): { readonly status: number | null; readonly out: string } => {
  const [file, all] = command(args);
  const { status, stdout, stderr } = spawnSync(file, all, { encoding: "utf8" });
  return { status, out: `${stdout}${stderr}` };
};

/** What is asked of the kernel; the rest is as Kubernetes asks for it when a pod drops everything. */
export type ContainerSpec = {
  readonly root: string;
  readonly readonlyRoot: boolean;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly uid: number;
  readonly gid: number;
  readonly mounts: readonly { readonly from: string; readonly to: string; readonly readOnly: boolean }[];
  readonly memoryBytes: number | null;
  /** Path of a network namespace, or null for a new one. */
  readonly network: string | null;
};

export type Container = {
  readonly id: string;
  /** Of the first process, as this machine sees it; null when it is not running. */
  readonly pid: () => number | null;
  /** The same, as soon as it runs. */
  readonly started: Promise<number>;
  readonly exec: (...args: readonly string[]) => { readonly status: number | null; readonly out: string };
  readonly kill: (signal: "TERM" | "KILL") => void;
  readonly ended: Promise<number | null>;
  readonly log: () => string;
  readonly processes: () => readonly Process[];
};

/** A process of a container as this machine sees it; `bytes` are resident. */
export type Process = { readonly pid: number; readonly command: string; readonly bytes: number };

export const runContainer = (id: string, folder: string, spec: ContainerSpec): Container => {
  const bundle = join(folder, id);
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, "config.json"), JSON.stringify(configOf(id, spec)));
  const [file, all] = command(["run", "--bundle", bundle, id]);
  const logFile = join(bundle, "log");
  // A real pipe, as container runtimes give: /dev/stdout can be opened again, which a socket of Node.js cannot.
  const piped = 'set -o pipefail; log=$1; shift; "$@" 2>&1 | cat >"$log"';
  const child = spawn("bash", ["-c", piped, "bash", logFile, file, ...all], { stdio: "ignore" });
  const pid = (): number | null => {
    const { status, out } = crun("state", id);
    if (status !== 0) return null;
    const state: { readonly status: string; readonly pid: number } = JSON.parse(out);
    return state.status === "running" ? state.pid : null;
  };
  return {
    id,
    pid,
    started: poll(`container ${id} to run`, pid, 5000, 10),
    exec: (...args) => crun("exec", "--user", `${spec.uid}:${spec.gid}`, id, ...args),
    kill: (signal) => {
      crun("kill", id, signal);
    },
    ended: ended(child, id),
    log: () => (existsSync(logFile) ? readFileSync(logFile, "utf8") : ""),
    processes: () => processesOf(id),
  };
};

const processesOf = (id: string): readonly Process[] =>
  readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`/${id}\n`)) return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
        const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
        return kilobytes === undefined ? [] : [{ pid: Number(pid), command, bytes: Number(kilobytes) * 1024 }];
      } catch {
        return []; // it ended while it was looked at
      }
    });

const ended = (child: ChildProcess, id: string): Promise<number | null> =>
  new Promise((resolve) =>
    child.once("exit", (code) => {
      crun("delete", "--force", id);
      resolve(code);
    }),
  );

const configOf = (id: string, spec: ContainerSpec): object => ({
  ociVersion: "1.0.2",
  process: {
    terminal: false,
    user: { uid: spec.uid, gid: spec.gid },
    args: spec.args,
    env: spec.env,
    cwd: spec.cwd,
    capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    noNewPrivileges: true,
  },
  root: { path: spec.root, readonly: spec.readonlyRoot },
  hostname: "pod",
  mounts: [
    { destination: "/proc", type: "proc", source: "proc" },
    { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755", "size=65536k"] },
    { destination: "/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "noexec", "nodev", "ro"] },
    { destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "ro"] },
    ...spec.mounts.map(({ from, to, readOnly }) => ({
      destination: to,
      type: "bind",
      source: from,
      options: ["rbind", "nosuid", "nodev", readOnly ? "ro" : "rw"],
    })),
  ],
  linux: {
    cgroupsPath: `/${id}`,
    namespaces: [
      { type: "pid" },
      { type: "mount" },
      { type: "ipc" },
      { type: "uts" },
      spec.network === null ? { type: "network" } : { type: "network", path: spec.network },
    ],
    ...(spec.memoryBytes === null ? {} : { resources: { memory: { limit: spec.memoryBytes } } }),
  },
});

import { row } from "../code-table.ts";

const list = (items: readonly string[]): string => items.join(", ");

/** TP5xxx: finding, checking, starting and watching the Collector, and the agent's own files and ports. */
export const runCodes = {
  TP5001: row<{ looked: readonly string[] }>({
    severity: "error",
    title: "no Collector found",
    message: ({ looked }) => `no OpenTelemetry Collector found; looked at ${list(looked)}`,
    why: "policies become the configuration of a Collector, so one must be there to run it",
    fix: "name one with --collector or OTELCOL_BIN, put otelcol-contrib on PATH, or build the small one with npm run otelcol",
  }),
  TP5002: row<{ path: string; source: string }>({
    severity: "error",
    title: "Collector missing",
    message: ({ path, source }) => `${source} names the Collector ${path}, but there is no such file`,
    why: "a Collector that was named is never replaced by another one that happens to be there",
    fix: "correct the path, or take it away to have PATH searched for otelcol-contrib",
  }),
  TP5003: row<{ path: string; reason: string }>({
    severity: "error",
    title: "Collector not executable",
    message: ({ path, reason }) => `${path} cannot be executed: ${reason}`,
    why: "the agent starts the Collector as a process of its own",
    fix: "chmod +x it, check that it was built for this machine, and that its file system is not mounted noexec",
  }),
  TP5004: row<{ path: string; said: string }>({
    severity: "error",
    title: "not a Collector",
    message: ({ path, said }) => `${path} does not answer like an OpenTelemetry Collector: ${said}`,
    why: "the version and the components decide what can be rendered for it",
    fix: "name the binary itself (otelcol-contrib, or one made by the OpenTelemetry Collector Builder)",
  }),
  TP5005: row<{ path: string; version: string; oldest: string }>({
    severity: "error",
    title: "Collector too old",
    message: ({ path, version, oldest }) => `${path} is Collector ${version}; ${oldest} is the oldest supported`,
    why: "older Collectors know the components under other names, or not at all",
    fix: "use otelcol-contrib 0.158.0, which everything is tested with",
  }),
  TP5006: row<{ path: string; version: string; missing: readonly string[] }>({
    severity: "error",
    title: "Collector lacks components",
    message: ({ path, version, missing }) => `${path} (${version}) has no ${list(missing)}`,
    why: "every rendered config uses them, and a config that names an unknown component does not start",
    fix: "use otelcol-contrib, or add them to the builder manifest; otelcol/lean/manifest.yaml lists all that are needed",
  }),
  TP5007: row<{ path: string; args: string; ms: number }>({
    severity: "error",
    title: "Collector does not answer",
    message: ({ path, args, ms }) => `${path} ${args} did not end within ${ms} ms and was ended`,
    why: "a Collector answers that in a fraction of a second; one that does not would hold up every reload",
    fix: "run the command by hand to see what it waits for",
  }),
  TP5008: row<{ version: string; tested: string }>({
    severity: "info",
    title: "Collector newer than tested",
    message: ({ version, tested }) => `Collector ${version} is newer than ${tested}, which configs are rendered for`,
    why: "each config is still validated by the very binary that will run it before it is used",
    fix: ({ tested }) => `nothing to do while configs validate; pin ${tested} where you want what was tested`,
  }),
  TP5010: row<{ words: string }>({
    severity: "error",
    title: "config refused by the Collector",
    message: ({ words }) => `the Collector refuses the rendered config: ${words}`,
    why: "it would end at once with this config; the generation before keeps running",
    fix: "if a value of a policy or of the base config is named, correct it; otherwise this is a bug of otel-policy",
  }),
  TP5011: row<{ address: string; by: string }>({
    severity: "error",
    title: "port in use",
    message: ({ address, by }) => `${by} cannot listen on ${address}: another process does already`,
    why: "only one process can listen on an address",
    fix: "end the other process (ss -ltnp shows it), or choose another address",
  }),
  TP5012: row<{ name: string; words: string }>({
    severity: "error",
    title: "Collector did not start",
    message: ({ name, words }) => `the ${name} Collector did not start: ${words}`,
    why: "some mistakes show only at the start: files, certificates, addresses; the generation before keeps running",
    fix: "correct what the Collector names; --log-level debug shows everything it wrote",
  }),
  TP5013: row<{ name: string; how: string }>({
    severity: "error",
    title: "Collector died",
    message: ({ name, how }) => `the ${name} Collector ended by itself: ${how}`,
    why: "telemetry it had accepted but not sent may be lost, and nothing is processed until it is back",
    fix: "see its last lines above; signal 9 without a cause usually is the memory limit of the container",
  }),
  TP5014: row<{ name: string; ms: number; last: string }>({
    severity: "error",
    title: "Collector never healthy",
    message: ({ name, ms, last }) => `the ${name} Collector was not healthy within ${ms} ms (${last})`,
    why: "traffic is handed only to a Collector that has said it is ready; the generation before keeps running",
    fix: "look at its log for what it waits for, or allow more time with --reload-timeout",
  }),
  TP5015: row<{ name: string; ms: number }>({
    severity: "warning",
    title: "Collector had to be killed",
    message: ({ name, ms }) => `the ${name} Collector had not stopped ${ms} ms after TERM and was killed`,
    why: "what was still in its queues is lost unless they are kept on disk",
    fix: "look for a backend that hangs; a sending_queue with storage survives this",
  }),
  TP5016: row<{ name: string; expected: string; found: string }>({
    severity: "error",
    title: "unexpected config is live",
    message: ({ name, expected, found }) => `the ${name} Collector says it runs config ${found}, not ${expected}`,
    why: "a process left from before may hold the address; traffic is not handed to a config that was not meant",
    fix: "end Collectors that do not belong to this agent, or use another --run-dir",
  }),
  TP5017: row<{ address: string; reason: string }>({
    severity: "error",
    title: "address unusable",
    message: ({ address, reason }) => `the agent cannot listen on ${address}: ${reason}`,
    why: "without its address nobody can ask whether it is ready",
    fix: "name an address of this machine with --listen HOST:PORT, ports below 1024 need a privilege; --listen none does without",
  }),
  TP5018: row<{ policy: string; words: string; together: readonly string[] }>({
    severity: "error",
    title: "policy set aside",
    message: ({ policy, words, together }) =>
      `the Collector refuses ${policy}${together.length === 0 ? "" : ` together with ${list(together)}`}, so it is set aside: ${words}`,
    why: "a config that is refused as a whole would hold up every other policy; those are applied without this one",
    fix: ({ together }) =>
      together.length === 0
        ? "correct what the Collector names; the policy is tried again with its next edit"
        : "change one of them; both are tried again with the next edit of either",
  }),
  TP5019: row<{ digest: string; known: readonly string[] }>({
    severity: "error",
    title: "no such generation",
    message: ({ digest, known }) =>
      `no generation ${digest} is kept${known.length === 0 ? "" : `; there are ${list(known)}`}`,
    why: "only generations that were in service can be gone back to, and only the newest of them are kept",
    fix: "take a digest from otel-policy history; 8 characters are enough",
  }),
  TP5020: row<{ path: string; reason: string }>({
    severity: "error",
    title: "disk full",
    message: ({ path, reason }) => `${path} cannot be written: ${reason}`,
    why: "the file before is untouched and what runs keeps running, but no policy change can be applied",
    fix: "free some space; in a pod, raise the size limit of the emptyDir or the ephemeral-storage limit",
  }),
  TP5021: row<{ path: string; reason: string }>({
    severity: "error",
    title: "file not writable",
    message: ({ path, reason }) => `${path} cannot be written: ${reason}`,
    why: "the file before is untouched and what runs keeps running, but no policy change can be applied",
    fix: "give this user a writable directory with --run-dir (in a pod with a read-only root: an emptyDir)",
  }),
  TP5022: row<{ path: string; holder: string }>({
    severity: "error",
    title: "run directory in use",
    message: ({ path, holder }) => `another agent (${holder}) already uses the run directory ${path}`,
    why: "two agents in one directory would swap each other's sockets",
    fix: "stop the other agent, or give this one its own --run-dir",
  }),
  TP5023: row<{ path: string; reason: string }>({
    severity: "error",
    title: "run directory unusable",
    message: ({ path, reason }) => `the run directory ${path} cannot be used: ${reason}`,
    why: "sockets in it carry telemetry, so only this user may enter it",
    fix: ({ path }) => `use a directory that this user owns, for example a new one below it: --run-dir ${path}/agent`,
  }),
  TP5024: row<{ path: string; bytes: number; limit: number }>({
    severity: "error",
    title: "run directory path too long",
    message: ({ path, bytes, limit }) =>
      `sockets below ${path} would need ${bytes} bytes; a socket path has at most ${limit}`,
    why: "the kernel cannot bind a longer name (struct sockaddr_un)",
    fix: "choose a shorter --run-dir, for example /run/otel-policy",
  }),
  TP5025: row<{ path: string }>({
    severity: "error",
    title: "ingest of another base config",
    message: ({ path }) => `ingest runs ${path}, which is not what --base asks of it now`,
    why: "cores that were rendered from another base config than ingest could not be reached by it",
    fix: ({ path }) =>
      `restart both: remove ${path}, which is then written anew, or let the pod be made anew (kubectl rollout restart)`,
  }),
  TP5026: row<{ socket: string }>({
    severity: "warning",
    title: "ingest does not answer",
    message: ({ socket }) => `the ingest Collector does not answer on ${socket}`,
    why: "it owns the ports: until it is back nothing is taken from gateways, which try again; policies are not affected",
    fix: "look at the log of its container; it is started again by whoever runs it, not by the agent",
  }),
  TP5027: row<{ path: string; waiting: number }>({
    severity: "error",
    title: "ingest waits for disk space",
    message: ({ path, waiting }) =>
      `the disk of ${path} is full, and ingest holds ${waiting} ${waiting === 1 ? "request" : "requests"} there: it starts when there is room`,
    why: "a Collector gives up what it cannot read back from a queue on a full disk; until then gateways find its ports closed, and try again",
    fix: "free a MiB; in a pod, raise the size limit of the emptyDir or the ephemeral-storage limit",
  }),
  TP5028: row<{ name: string; ms: number }>({
    severity: "error",
    title: "Collector hangs",
    message: ({ name, ms }) => `the ${name} Collector has said nothing for ${ms} ms, and is ended and started again`,
    why: "it takes connections and answers nobody, so whoever sends to it waits; its queues on disk are delivered",
    fix: "look for what holds it up: a CPU limit that leaves it nothing, memory that is swapped, a disk that hangs",
  }),
  TP5030: row<{ reason: string }>({
    severity: "warning",
    title: "own telemetry not exported",
    message: ({ reason }) => `the agent's own telemetry is not exported: ${reason}`,
    why: "/metrics still has everything; policies are not affected",
    fix: "check OTEL_EXPORTER_OTLP_ENDPOINT and the other OTEL_ variables, or unset them",
  }),
} as const;

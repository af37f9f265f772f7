import { defaultProfileNames, profileNames } from "../dataplane/profiles.ts";
import { nativeNames } from "../migrate/native/natives.ts";
import type { NamespaceBudgets } from "../resolve/budgets.ts";
import {
  addressFlag,
  choiceFlag,
  countFlag,
  durationFlag,
  type Flag,
  listFlag,
  optionalDurationFlag,
  switchFlag,
  textFlag,
} from "./flag-kinds.ts";
import { readNamespaceBudgets, shownBudgets } from "./namespace-budget.ts";

// Every flag of every verb, declared once. A flag is the same everywhere; what a verb does not use it does not list.

export const file = listFlag({
  name: "file",
  short: "f",
  value: "PATH",
  group: "Policies",
  text: "policy file, folder with *.yaml, *.yml or *.json, or - for standard input",
});

export const policyDir = listFlag({
  name: "policy-dir",
  env: "OTEL_POLICY_DIR",
  value: "PATH",
  group: "Policies",
  text: "folder (or file) with policies to watch",
});

export const strict = switchFlag({ name: "strict", group: "Policies", text: "treat warnings as errors" });

export const portable = switchFlag({
  name: "portable",
  group: "Policies",
  text: "also report fields that only this tool understands",
});

export const base = textFlag({
  name: "base",
  value: "FILE",
  fallback: null,
  shown: "the built-in one",
  group: "Platform",
  text: "your own complete Collector config; policies are grafted into it",
});

export const dataPlane = listFlag({
  name: "data-plane",
  value: "NAME",
  fallback: defaultProfileNames,
  oneOf: profileNames,
  group: "Platform",
  text: "where the telemetry comes from",
});

export const native = switchFlag({
  name: "native",
  env: null,
  group: "Output",
  text: "print the manifests that make the target's proxies send what its policy needs",
});

export const otlpEndpoint = textFlag({
  name: "otlp-endpoint",
  value: "HOST:PORT",
  fallback: "otel-policy.otel.svc:4317",
  group: "Platform",
  text: "where proxies reach the agent, for the manifests of --native",
});

export const target = listFlag({
  name: "target",
  value: "TARGET",
  group: "Policies",
  text: "what a policy attaches to where the manifest does not say it: Gateway/NAMESPACE/NAME or Namespace/NAME",
});

export const manifestNamespace = textFlag({
  name: "namespace",
  value: "NAME",
  fallback: "default",
  group: "Policies",
  text: "namespace of manifests that have none",
});

export const dialect = choiceFlag({
  name: "dialect",
  value: "NAME",
  oneOf: ["gep4768", "agentic", "draft"],
  fallback: null,
  shown: "the newest that can say it",
  group: "Output",
  text: "dialect of the policies: gep4768, agentic or draft",
});

export const migrateTo = choiceFlag({
  name: "to",
  value: "NAME",
  oneOf: nativeNames,
  fallback: null,
  group: "Output",
  text: `the other way: TelemetryPolicies to the manifests of ${nativeNames.join(", ")}`,
});

export const allowEndpoint = listFlag({
  name: "allow-endpoint",
  value: "HOST",
  group: "Platform",
  text: "host or host:port policies may export to, * as wildcard; *.svc and *.svc.cluster.local always are allowed",
});

export const rootNamespace = textFlag({
  name: "root-namespace",
  value: "NAME",
  fallback: null,
  group: "Platform",
  text: "namespace whose policies may target any namespace",
});

/**
 * One repeatable flag and not one for each budget: they are set together, once, and the same words with a namespace
 * before them give one team more. `agent` and the verbs that foretell what it will do take it; `dev` is one person's own.
 */
export const namespaceBudget: Flag<NamespaceBudgets> = {
  ...listFlag({
    name: "namespace-budget",
    value: "[NAMESPACE/]NAME=N",
    shown: shownBudgets,
    group: "Platform",
    text: "what all policies of a namespace may add together; those that no longer fit govern nothing, youngest first. The root namespace has no budget but those named for it",
  }),
  fallback: readNamespaceBudgets([], "--namespace-budget"),
  read: readNamespaceBudgets,
};

export const prices = textFlag({
  name: "prices",
  value: "FILE",
  fallback: null,
  shown: "the built-in ones alone",
  group: "Platform",
  text: "your own prices of models, in the grammar of genai-prices; they go before the built-in ones",
});

export const sample = textFlag({
  name: "sample",
  env: null,
  value: "FILE",
  fallback: null,
  group: "Platform",
  text: "OTLP JSON, or - for standard input: which models in it have a price?",
});

export const topology = choiceFlag({
  name: "topology",
  value: "KIND",
  oneOf: ["single", "handover"],
  fallback: "single",
  group: "Collector",
  text: "single: one complete config; handover: the two parts the agent runs",
});

export const agentTopology = choiceFlag({
  name: "topology",
  value: "KIND",
  oneOf: ["handover", "single"],
  fallback: "handover",
  group: "Collector",
  text: "handover: edits close no port; single: one Collector whose config is replaced in place",
});

export const collectorMode = choiceFlag({
  name: "collector-mode",
  value: "MODE",
  oneOf: ["child", "signal", "none"],
  fallback: "child",
  group: "Collector",
  text: "child: run it; signal: write --config-out and send SIGHUP to one that others run; none: only write",
});

export const ingest = choiceFlag({
  name: "ingest",
  value: "WHO",
  oneOf: ["child", "external"],
  fallback: "child",
  group: "Collector",
  text: "child: run it; external: another container runs RUN-DIR/ingest.yaml, which no policy changes",
});

export const telemetryPort = countFlag({
  name: "telemetry-port",
  fallback: 13135,
  most: 65_535,
  group: "Collector",
  text: "of an external ingest, which has it from the same variable: loopback port of its own metrics",
});

export const flowPort = countFlag({
  name: "flow-port",
  fallback: 13136,
  most: 65_535,
  group: "Collector",
  text: "of an external ingest, which has it from the same variable: loopback port of the policies' counters",
});

export const configOut = textFlag({
  name: "config-out",
  value: "FILE",
  fallback: null,
  group: "Collector",
  text: "where the config of --collector-mode signal or none is written",
});

export const pidFile = textFlag({
  name: "pid-file",
  value: "FILE",
  fallback: null,
  group: "Collector",
  text: "file with the process id of the Collector of --collector-mode signal",
});

export const processName = textFlag({
  name: "process-name",
  value: "NAME",
  fallback: null,
  group: "Collector",
  text: "or its name, where process ids are shared (shareProcessNamespace of a pod)",
});

export const part = choiceFlag({
  name: "part",
  value: "PART",
  oneOf: ["ingest", "core"],
  fallback: null,
  group: "Collector",
  text: "ingest or core, with --topology handover",
});

export const rules = switchFlag({
  name: "rules",
  env: null,
  group: "Output",
  text: "print Prometheus rules for the budgets of the policies instead of a config",
});

export const withCollector = switchFlag({
  name: "with-collector",
  group: "Collector",
  text: "also ask the Collector whether it accepts the rendered config",
});

export const collector = textFlag({
  name: "collector",
  value: "FILE",
  fallback: null,
  shown: "$OTELCOL_BIN, otelcol-contrib on PATH, then build/otelcol-lean",
  group: "Collector",
  text: "Collector to use",
});

export const runDir = textFlag({
  name: "run-dir",
  value: "FOLDER",
  fallback: null,
  shown: "in $XDG_RUNTIME_DIR or /tmp",
  group: "Collector",
  text: "private folder for sockets, configs and state",
});

export const debounce = durationFlag({
  name: "debounce",
  fallback: "10ms",
  group: "Agent",
  text: "quiet time after a change before it is read",
});

export const resync = durationFlag({
  name: "resync",
  fallback: "30s",
  group: "Agent",
  text: "look at the folders again at least this often",
});

export const reloadTimeout = durationFlag({
  name: "reload-timeout",
  fallback: "10s",
  group: "Agent",
  text: "give a new config so long to become healthy",
});

export const noStandby = switchFlag({
  name: "no-standby",
  group: "Agent",
  text: "keep no Collector waiting for the next edit: 15 MB less, edits are live later",
});

export const listen = addressFlag({
  name: "listen",
  fallback: "127.0.0.1:13134",
  group: "Agent",
  text: "address of the agent's probes, metrics and status; none for no server",
});

export const to = textFlag({
  name: "to",
  env: null,
  value: "DIGEST",
  fallback: null,
  group: "Agent",
  text: "generation to go back to, by the beginning of its digest (4 characters or more)",
});

export const once = switchFlag({
  name: "once",
  group: "Agent",
  text: "apply the policies once, then stop",
});

export const writeStatus = switchFlag({
  name: "write-status",
  group: "Agent",
  text: "in a cluster: write each policy's status to the TelemetryPolicy of that name",
});

export const serviceAccount = textFlag({
  name: "service-account",
  value: "FOLDER",
  fallback: "/var/run/secrets/kubernetes.io/serviceaccount",
  shown: "the pod's own",
  group: "Agent",
  text: "token and ca.crt to ask the API server with",
});

export const nodeNamespaces = textFlag({
  name: "node-namespaces",
  value: "WHERE",
  fallback: null,
  shown: "all count",
  group: "Agent",
  text: "apply only policies of namespaces with pods on this node: auto asks the API server, else a file with one name a line",
});

export const nodeName = textFlag({
  name: "node-name",
  value: "NAME",
  fallback: null,
  group: "Agent",
  text: "the node of --node-namespaces auto, by the downward API",
});

export const requestsPerSecond = countFlag({
  name: "requests",
  fallback: 50,
  most: 10_000,
  group: "Agent",
  text: "invented traffic, in requests per second",
});

export const duration = optionalDurationFlag({ name: "duration", group: "Agent", text: "end by itself after so long" });

export const logLevel = choiceFlag({
  name: "log-level",
  value: "LEVEL",
  oneOf: ["debug", "info", "warn", "error"],
  fallback: "info",
  group: "Output",
  text: "log events from debug, info, warn or error on",
});

export const logFormat = choiceFlag({
  name: "log-format",
  value: "FORMAT",
  oneOf: ["logfmt", "json", "pretty"],
  fallback: null,
  shown: "pretty on a terminal, else logfmt",
  group: "Output",
  text: "logfmt, json or pretty",
});

export const outputFile = textFlag({
  name: "output",
  short: "o",
  env: "OTEL_POLICY_CONFIG_OUT",
  value: "FILE",
  fallback: null,
  shown: "standard output",
  group: "Output",
  text: "where to write the config; it is replaced as a whole",
});

export const findingsFormat = choiceFlag({
  name: "output",
  short: "o",
  value: "FORMAT",
  oneOf: ["text", "json", "github", "sarif"],
  fallback: "text",
  group: "Output",
  text: "text, json, github (annotations of GitHub Actions) or sarif",
});

export const statusFormat = choiceFlag({
  name: "output",
  short: "o",
  value: "FORMAT",
  oneOf: ["text", "json"],
  fallback: "text",
  group: "Output",
  text: "text or json",
});

export const running = switchFlag({
  name: "running",
  env: null,
  group: "Policies",
  text: "compare with the generation that is in service",
});

export const quiet = switchFlag({ name: "quiet", short: "q", group: "Output", text: "errors only, no summary" });

export const verbose = switchFlag({
  name: "verbose",
  short: "v",
  group: "Output",
  text: "show notes (info findings) as well",
});

export const color = choiceFlag({
  name: "color",
  value: "WHEN",
  oneOf: ["auto", "always", "never"],
  fallback: "auto",
  group: "General",
  text: "colours: always, never, or auto: on a terminal unless NO_COLOR is set",
});

export const help = switchFlag({ name: "help", short: "h", env: null, group: "General", text: "show this help" });

/** Flags of every verb. */
export const general = [color, help] as const;

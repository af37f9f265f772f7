import type { Clock } from "../base/clock.ts";
import type { CollectorBinary } from "../collector/find.ts";
import type { compile } from "../compile.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { Log } from "../telemetry/log.ts";
import type { NamespaceSource } from "./node-namespaces.ts";
import type { ExternalIngestPorts } from "./site.ts";
import type { AgentView, LedgerEntry } from "./view.ts";

export type { Log } from "../telemetry/log.ts";

/** What a server over the agent may ask and do. */
export type Served = {
  view(): AgentView;
  /** YAML of the two parts that are live, or null before the first commit. */
  config(): { readonly ingest: string; readonly core: string } | null;
  /** Every finished try, newest last, bounded. */
  history(): readonly NonNullable<AgentView["lastReload"]>[];
  /** What happened in this run directory, oldest first, bounded. */
  ledger(): readonly LedgerEntry[];
  /** Goes back to the policies of a former generation, named by the beginning of its digest, until the next edit. */
  rollback(to: string): Promise<ReloadAnswer | { readonly kind: "unknown"; readonly found: Diagnostic }>;
  /** Prometheus text of the agent's own metrics. */
  metrics(): Promise<string>;
  /** Reads everything again, and tries what failed before once more; resolves when that try has ended. */
  reload(): Promise<ReloadAnswer>;
};

export type ReloadAnswer =
  | {
      readonly kind: "ended";
      readonly report: NonNullable<AgentView["lastReload"]>;
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly kind: "in flight" };

/** Starts a server at `host:port`. The web floor is above this one, so the caller brings it. */
export type Serve = (listen: string, served: Served) => Promise<{ readonly url: string; close(): Promise<void> }>;

export type CollectorMode =
  | { readonly kind: "child" }
  /** Somebody else's: its config is written and it is told with SIGHUP. */
  | {
      readonly kind: "signal";
      readonly configOut: string;
      readonly find: { readonly pidFile: string } | { readonly processName: string };
    }
  /** The config is written; whoever runs a Collector with it sees to the rest. */
  | { readonly kind: "none"; readonly configOut: string };

export type AgentOptions = {
  /** Folders, or single files. */
  readonly policyDirs: readonly string[];
  /** The platform's own Collector config. */
  readonly base: SourceFile;
  readonly dataPlanes: readonly string[];
  readonly rootNamespace: string | null;
  readonly allowEndpoints: readonly string[];
  /** URL of a sink that stands in for every provider endpoint (`dev`), or null. */
  readonly redirectSinks: string | null;
  readonly collector: CollectorBinary;
  /** Default `handover`. */
  readonly topology?: "handover" | "single";
  /** Whose the Collector of the single topology is. Default: a child of ours. */
  readonly collectorMode?: CollectorMode;
  /** Of topology handover: another container runs ingest, on these ports. Default: a child of ours. */
  readonly externalIngest?: ExternalIngestPorts | null;
  /** Who knows the namespaces with pods on this node; policies of others are left to other nodes. Default null: all count. */
  readonly namespaceSource?: NamespaceSource | null;
  /** Environment the Collectors inherit; the variables of `render/types.ts` are added. */
  readonly env: NodeJS.ProcessEnv;
  /** Where fd 1 of the Collectors leads: access logs go there. A number is an open file of ours. Default `inherit`. */
  readonly collectorStdout?: "inherit" | "ignore" | number;
  /** Kill the Collectors when this process exits without stopping them (`dev`). Default false. */
  readonly endWithParent?: boolean;
  /** Private folder for sockets, configs and state. */
  readonly runDir: string;
  readonly debounceMs: number;
  readonly resyncMs: number;
  readonly reloadTimeoutMs: number;
  /** How long the Collector of the generation before may deliver what it holds. Default 5 minutes. */
  readonly drainTimeoutMs?: number;
  /** Of topology handover: keep one Collector waiting for the next edit. Default true. */
  readonly standby?: boolean;
  /** How long a new generation is looked at before it is trusted. Default 2 seconds. */
  readonly observeMs?: number;
  /** A Collector in service that answers nobody for so long is ended and started again. Default 30 seconds. */
  readonly hangMs?: number;
  /** How often ingest is asked what it counted. Default 1 second. */
  readonly flowEveryMs?: number;
  /** How long an orderly stop may take as a whole. Default 25 seconds, below Kubernetes' 30. */
  readonly stopTimeoutMs?: number;
  /** `host:port`, or null for no server. */
  readonly listen: string | null;
  /** `serve` of web/server.ts; needed where `listen` is not null. */
  readonly serve: Serve | null;
  /** Apply what is there, then stop. */
  readonly once: boolean;
  readonly log: Log;
  readonly clock: Clock;
  /** Called with everything that is found about the newest input, again when its try finds more; and the texts it points into. */
  readonly onFinding: (diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, string>) => void;
  readonly compile: typeof compile;
};

import { rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { queueStorage, usualQueueBytes } from "../render/queues.ts";
import { type Failure, failure } from "./failure.ts";
import { type Config, list, object } from "./stand-in.ts";

/** A queue of bbolt pages takes up to twice the bytes that are queued in it. */
const overhead = 2;
/** What one process may take of the room there is: half of it stays for the next core, its config and logs. */
const ofCores = 1 / 2;
const ofIngest = 1 / 4;
/** ingest queues three signals, each by itself. */
const ingestQueues = 3;
/** Of a config that is known by its text only: two exporters of three signals. */
const usualQueues = 6;
const least = 256 * 1024;
/** A request to be written or read back needs a few pages of a queue's file. */
const fullBytes = 64 * 1024;
/** What a Collector was just sending when it was ended is moved to the end of its queue at its start. */
const roomBytes = 1024 * 1024;
/** The largest request that cores take (`max_recv_msg_size_mib`), and what they put into it. */
const largestRequest = 72 * 1024 * 1024;

/**
 * How large queues on disk may get. A queue that finds the disk full gives up what it cannot read back, which nobody is
 * told (exporterhelper's persistent queue), so all of them together must be full before the disk is: then senders wait, and in the
 * end clients are refused. On a disk with some gigabytes it is what it always is.
 */
export class QueueRoom {
  readonly #folder: string;
  readonly #free: () => Promise<number>;
  readonly #tried: (path: string, bytes: number) => Promise<boolean>;
  #ingest: number | null = null;

  constructor(
    folder: string,
    free: () => Promise<number> = () => freeBytes(folder),
    tried: (path: string, bytes: number) => Promise<boolean> = canWrite,
  ) {
    this.#folder = folder;
    this.#free = free;
    this.#tried = tried;
  }

  /** Bytes that each queue of ingest may hold; also what is to be kept free for it from now on. */
  async ofIngest(): Promise<number> {
    this.#ingest = bounded(((await this.#free()) * ofIngest) / overhead / ingestQueues, least);
    return this.#ingest;
  }

  /** Bytes that each queue of a core may hold. */
  async ofCore(config?: Config): Promise<number> {
    const { free, floor } = await this.#left();
    const queues = config === undefined ? usualQueues : Math.max(queuesIn(config), 1);
    return bounded((free * ofCores) / overhead / queues, floor);
  }

  /** Why no further core can run beside the one in service, of which two queues may get full; null: it can. */
  async refusal(): Promise<Failure | null> {
    const { free, floor } = await this.#left();
    if (free >= 2 * floor * overhead) return null;
    const reason = "what waits in queues leaves no room for those of one more core";
    return failure("start_failed", diagnostic("TP5020", { path: this.#folder, reason }, null));
  }

  /** What ingest leaves; and bytes that a queue needs, since whatever ingest took has to fit, or it would wait for ever. */
  async #left(): Promise<{ readonly free: number; readonly floor: number }> {
    const ingest = this.#ingest ?? (await this.ofIngest());
    const free = (await this.#free()) - ingest * overhead * ingestQueues;
    return { free: Math.max(free, 0), floor: Math.min(2 * ingest, largestRequest) };
  }

  /** Whether nothing can be stored any more. */
  async isFull(): Promise<boolean> {
    return !(await this.#canStore(fullBytes));
  }

  /** Whether a Collector can start with what its queues hold. */
  hasRoom(): Promise<boolean> {
    return this.#canStore(roomBytes);
  }

  /** What is kept back for root is not free, and yet there for whoever is root: in doubt it is tried. */
  async #canStore(bytes: number): Promise<boolean> {
    return (await this.#free()) >= bytes || this.#tried(join(this.#folder, "probe"), bytes);
  }

  /** Bytes that each queue of the one Collector of the single topology may hold. */
  async ofSingle(config: Config): Promise<number> {
    return bounded(((await this.#free()) * ofCores) / overhead / Math.max(queuesIn(config), 1), least);
  }
}

const bounded = (bytes: number, floor: number): number => Math.min(usualQueueBytes, Math.max(Math.floor(bytes), floor));

/** Of a disk that cannot be asked nothing is known. */
const freeBytes = (folder: string): Promise<number> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Number.MAX_SAFE_INTEGER,
  );

const canWrite = async (path: string, bytes: number): Promise<boolean> => {
  const isWritten = await writeFile(path, Buffer.alloc(bytes)).then(
    () => true,
    () => false,
  );
  await rm(path, { force: true }).catch(() => {}); // then it stays, and is written anew
  return isWritten;
};

/** How many queues a config keeps on disk: one for each exporter and signal. */
export const queuesIn = (config: Config): number => {
  const stored = new Set(
    Object.entries(object(config["exporters"])).flatMap(([id, body]) =>
      object(object(body)["sending_queue"])["storage"] === queueStorage ? [id] : [],
    ),
  );
  const pairs = new Set<string>();
  for (const [id, pipeline] of Object.entries(object(object(config["service"])["pipelines"]))) {
    const [signal] = id.split("/");
    for (const exporter of list(object(pipeline)["exporters"]))
      if (typeof exporter === "string" && stored.has(exporter)) pairs.add(`${signal} ${exporter}`);
  }
  return pairs.size;
};

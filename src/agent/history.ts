import { join } from "node:path";
import { sha256 } from "../base/canonical.ts";
import { byText } from "../base/order.ts";
import type { Log } from "../telemetry/log.ts";
import { Generations, type StoredGeneration } from "./generations.ts";
import type { Held } from "./hold-back.ts";
import { Ledger } from "./ledger.ts";
import type { LedgerEntry } from "./view.ts";

/** Generations whose policies are kept for `rollback`. */
const keptGenerations = 20;

/** What the past is told with: a ledger of tries, and the policies of the last generations. */
export class History {
  readonly #ledger: Ledger;
  readonly #generations: Generations;
  readonly #log: Log;

  private constructor(ledger: Ledger, generations: Generations, log: Log) {
    this.#ledger = ledger;
    this.#generations = generations;
    this.#log = log;
  }

  static async open(runDir: string, log: Log): Promise<History> {
    const ledger = await Ledger.open(join(runDir, ledgerName));
    const { cutBytes, damaged } = ledger.recovered;
    if (cutBytes > 0 || damaged > 0)
      log("warn", "the ledger was not whole; what could be read is kept", { cut_bytes: cutBytes, damaged });
    return new History(ledger, new Generations(join(runDir, "generations")), log);
  }

  get entries(): readonly LedgerEntry[] {
    return this.#ledger.entries;
  }

  /** Number of the newest generation that was ever committed here. */
  get committed(): number {
    return this.entries.reduce((most, { generation }) => Math.max(most, generation ?? 0), 0);
  }

  async add(entry: Omit<LedgerEntry, "number">, held: Held | null): Promise<void> {
    const failed = await this.#ledger.append({ number: this.#ledger.next, ...entry });
    const { digest, outcome } = entry;
    const unstored =
      outcome === "committed" && digest !== null && held !== null
        ? await this.#generations.store(storedOf(digest, held))
        : null;
    for (const found of [failed, unstored])
      if (found !== null) this.#log("warn", found.message, { code: found.code, why: "history is not complete" });
    if (outcome === "committed") await this.#generations.keep(this.#newest()).catch(() => {}); // more are kept than needed
  }

  /** The generation of a digest or of the beginning of one; else which there are, newest first. */
  async find(prefix: string): Promise<StoredGeneration | { readonly known: readonly string[] }> {
    const [only, ...others] = prefix.length < 4 ? [] : await this.#generations.find(prefix);
    const stored = only === undefined || others.length > 0 ? null : await this.#generations.load(only);
    return stored ?? { known: [...this.#newest()].map((digest) => digest.slice(0, 12)) };
  }

  #newest(): ReadonlySet<string> {
    const digests = this.entries.flatMap(({ outcome, digest }) =>
      outcome === "committed" && digest !== null ? [digest] : [],
    );
    return new Set([...new Set(digests.reverse())].slice(0, keptGenerations));
  }
}

export const ledgerName = "ledger.log";

const storedOf = (digest: string, { files, compilation }: Held): StoredGeneration => ({
  digest,
  files,
  policies: compilation.policies.policies.map(({ id, span }) => [span.file, id] as const),
});

/** Policy → digest of the text it is in, in order of their ids. */
export const policyDigests = ({ files, compilation }: Held): LedgerEntry["policies"] => {
  const digests = new Map(files.map(({ path, text }) => [path, sha256(text).slice(0, 12)]));
  return Object.fromEntries(
    compilation.policies.policies
      .map(({ id, span }) => [id, digests.get(span.file) ?? ""] as const)
      .toSorted(([a], [b]) => byText(a, b)),
  );
};

import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { byText } from "../base/order.ts";
import { writeAtomically } from "../collector/atomic-file.ts";
import type { Diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import type { PolicyId } from "../policy/types.ts";

/** What a committed generation was made of: enough to make it again with the same base config. */
export type StoredGeneration = {
  readonly digest: string;
  readonly files: readonly SourceFile[];
  /** Which policy of which file counted. */
  readonly policies: readonly (readonly [file: string, policy: PolicyId])[];
};

const suffix = ".json";

/** Committed generations in a folder, by digest. */
export class Generations {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async store(generation: StoredGeneration): Promise<Diagnostic | null> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    return writeAtomically(join(this.#folder, `${generation.digest}${suffix}`), JSON.stringify(generation));
  }

  /** Digests that begin with these characters. */
  async find(prefix: string): Promise<readonly string[]> {
    const names = await readdir(this.#folder).catch(() => []); // nothing was committed yet
    return names
      .filter((name) => /^[0-9a-f]{64}\.json$/.test(name) && name.startsWith(prefix))
      .map((name) => name.slice(0, -suffix.length))
      .sort(byText);
  }

  /** null: it is not there, or not readable any more. */
  async load(digest: string): Promise<StoredGeneration | null> {
    try {
      const stored: unknown = JSON.parse(await readFile(join(this.#folder, `${digest}${suffix}`), "utf8"));
      return isGeneration(stored) && stored.digest === digest ? stored : null;
    } catch {
      return null;
    }
  }

  /** Forgets all but these. */
  async keep(digests: ReadonlySet<string>): Promise<void> {
    for (const digest of await this.find(""))
      if (!digests.has(digest)) await rm(join(this.#folder, `${digest}${suffix}`), { force: true });
  }
}

const isGeneration = (value: unknown): value is StoredGeneration =>
  typeof value === "object" &&
  value !== null &&
  "digest" in value &&
  "files" in value &&
  Array.isArray(value.files) &&
  "policies" in value &&
  Array.isArray(value.policies);

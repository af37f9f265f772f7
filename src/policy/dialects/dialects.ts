import { agentic } from "./agentic.ts";
import type { DialectReader } from "./dialect.ts";
import { draft } from "./draft.ts";
import { gep4768 } from "./gep4768.ts";

/** Every spelling that is understood. apiVersions are disjoint, so the order means nothing. */
export const dialects: readonly DialectReader[] = [draft, agentic, gep4768];

export const dialectOf = (apiVersion: string): DialectReader | null =>
  dialects.find((dialect) => dialect.apiVersions.includes(apiVersion)) ?? null;

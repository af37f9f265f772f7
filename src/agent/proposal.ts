import type { Rendered } from "../render/types.ts";
import type { Proposal } from "./machine.ts";

/** What is proposed to run; null where a rendering lacks a part that this topology needs. */
export const proposalOf = (rendered: Rendered | null, flawed: boolean): Proposal | null =>
  rendered === null
    ? null
    : {
        digest: rendered.digest,
        ingestDigest: rendered.ingestDigest ?? "",
        core: rendered.core.yaml,
        ingest: rendered.ingest?.yaml ?? "",
        config: rendered.core.config,
        flawed,
      };

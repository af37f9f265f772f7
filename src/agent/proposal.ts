import type { Rendered } from "../render/types.ts";
import type { Proposal } from "./machine.ts";
import { object } from "./stand-in.ts";

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

/** Whether a config has an exporter of this id. Of one that was taken over only the text is known, whose form is ours. */
export const hasExporter = ({ config, core }: Proposal, id: string): boolean =>
  config === undefined ? core.includes(`\n  ${id}:`) : id in object(config["exporters"]);

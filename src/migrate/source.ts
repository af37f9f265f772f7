import type { Manifest } from "./manifests.ts";
import type { Reading } from "./reading.ts";
import type { Sketch } from "./sketch.ts";

/** Reads the manifests of one data plane. A new data plane is a file in `sources/` and a line in `sources.ts`. */
export type Source = {
  readonly name: string;
  readonly reads: (manifest: Manifest) => boolean;
  /** Objects that others refer to: read last, when it is known what was used of them. */
  readonly isShared?: (manifest: Manifest) => boolean;
  /** Notes every field it understands; whatever it leaves out is reported as lost. */
  readonly read: (reading: Reading) => readonly Sketch[];
};

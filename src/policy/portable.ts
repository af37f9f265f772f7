import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { PolicySet } from "./types.ts";
import { dialectNames } from "./vocabulary.ts";

/** `validate --portable`: every field used that another implementation of the policy's dialect would not know. */
export const nonPortable = (set: PolicySet): readonly Diagnostic[] =>
  set.policies.flatMap(({ id, dialect, extensions = [] }) =>
    extensions.map(({ path, span }) =>
      diagnostic("TP2601", { field: path, dialect: dialectNames[dialect] }, span, { policy: id }),
    ),
  );

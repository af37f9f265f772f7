import { placeOf } from "../diagnostics/format/text.ts";
import type { Origin } from "../diagnostics/origin.ts";

type Sources = ReadonlyMap<string, string>;

/** Where a value comes from: its place where someone wrote it, else the reason. */
const placeOrReason = (origin: Origin, sources: Sources): string => {
  switch (origin.kind) {
    case "policy":
      return placeOf(origin.span, sources);
    case "base":
      return origin.span === null ? "base config" : placeOf(origin.span, sources);
    case "default":
      return `default: ${origin.rule}`;
    case "profile":
      return `data plane ${origin.name}`;
    case "agent":
      return `otel-policy: ${origin.why}`;
  }
};

/** The same, with the path of the field where there is one. */
export const originText = (origin: Origin, sources: Sources): string =>
  origin.kind === "policy" || origin.kind === "base"
    ? `${placeOrReason(origin, sources)}  ${origin.path}`
    : placeOrReason(origin, sources);

import type { DerivedFamily } from "./types.ts";

/** A metric that is derived from request or model-call records. Names and units follow OpenTelemetry where it has any. */
export type FamilyDefinition = {
  readonly family: DerivedFamily["family"];
  /** What a policy may call it. */
  readonly aliases: readonly string[];
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly type: "Counter" | "Histogram";
  readonly defaults: readonly string[];
  /** Derived as soon as metrics are on, without being named. */
  readonly always: boolean;
};

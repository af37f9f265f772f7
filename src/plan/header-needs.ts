import type { DataPlaneProfile } from "../dataplane/profile.ts";
import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import { type Located, spanOf } from "../diagnostics/origin.ts";
import type { PolicyId, ValueSource } from "../policy/types.ts";
import { isCredential } from "./credentials.ts";

/** Whether a proxy sends a header cannot be seen from here: the policy takes effect where it does, and the finding says how to make it. */
export const headerNeed = (
  field: string,
  source: Located<ValueSource>,
  profiles: readonly DataPlaneProfile[],
  policy: PolicyId,
): readonly Diagnostic[] => {
  if (source.value.from !== "header") return [];
  const header = source.value.name;
  if (isCredential(header)) return [diagnostic("TP4013", { field, header }, spanOf(source.origin), { policy })];
  const remedy = profiles.map((profile) => `${profile.title}: ${profile.sendHeader(header)}`).join("; ");
  return [diagnostic("TP4010", { field, header, remedy }, spanOf(source.origin), { policy })];
};

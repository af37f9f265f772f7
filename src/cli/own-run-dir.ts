import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

/** The run folder when none is named: the user's own runtime folder, which is private and in memory, else a temporary one by user id. */
export const ownRunDir = (env: NodeJS.ProcessEnv): string => {
  const runtime = env["XDG_RUNTIME_DIR"] ?? "";
  return runtime.startsWith("/") ? join(runtime, "otel-policy") : join(tmpdir(), `otel-policy-${userInfo().uid}`);
};

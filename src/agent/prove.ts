import type { Instant } from "../base/clock.ts";
import type { Exit } from "../collector/exit.ts";
import { refusalOf, startFailure } from "../collector/failures.ts";
import { waitHealthy } from "../collector/health.ts";
import { labelOf, scrape } from "../collector/metrics-text.ts";
import type { CollectorProcess } from "../collector/process.ts";
import { answers } from "../collector/sockets.ts";
import type { Validation } from "../collector/validate.ts";
import { diagnostic } from "../diagnostics/diagnostic.ts";
import { type Failure, failure } from "./failure.ts";
import type { CoreLaunch, Launch } from "./launch.ts";
import { pause, type Site } from "./site.ts";

/** Label of `target_info` by which a process says which config it runs. */
const digestLabel = "otel_policy_digest";

/** What `validate` had against a config; null: nothing. */
export const validationFailure = (answer: Validation): Failure | null => {
  const [found] = refusalOf(answer);
  return found === undefined ? null : failure("validate_failed", found, !answer.ok && answer.kind === "refused");
};

/** Healthy by its own word, within the time. Null: it is. */
export const proveHealthy = async (
  site: Site,
  launch: Launch,
  process: CollectorProcess,
  deadline: Instant,
): Promise<Failure | null> => {
  const since = site.clock.now();
  const waited = await waitHealthy(launch.healthSocket, process.exited, deadline, site.clock);
  if (waited.kind === "healthy") return null;
  if (waited.kind === "exited") return ended(process, waited.exit);
  const ms = site.clock.now() - since;
  return failure("not_healthy", diagnostic("TP5014", { name: launch.name, ms, last: waited.last }, null));
};

/** A core is proven when it is healthy, runs the very config that is meant, and accepts connections. */
export const proveCore = async (
  site: Site,
  launch: CoreLaunch,
  process: CollectorProcess,
  deadline: Instant,
): Promise<Failure | null> => {
  const since = site.clock.now();
  const unhealthy = await proveHealthy(site, launch, process, deadline);
  if (unhealthy !== null) return unhealthy;
  let exit: Exit | null = null;
  void process.exited.then((how) => {
    exit = how;
  });
  for (;;) {
    const found = await digestOf(launch.telemetryPort);
    if (found !== null && found !== launch.digest) {
      return failure("not_healthy", diagnostic("TP5016", { name: launch.name, expected: launch.digest, found }, null));
    }
    if (found !== null && (await answers(launch.socket))) return null;
    if (exit !== null) return ended(process, exit);
    if (site.clock.now() >= deadline) {
      const last = found === null ? "its config digest is not to be seen" : "nobody listens on its socket";
      const ms = site.clock.now() - since;
      return failure("not_healthy", diagnostic("TP5014", { name: launch.name, ms, last }, null));
    }
    await pause(site.clock, 10);
  }
};

/** Null while the metrics endpoint does not answer: it may open a moment after the health check. */
const digestOf = async (port: number): Promise<string | null> => {
  try {
    return labelOf(await scrape(port, 1000), "target_info", digestLabel);
  } catch {
    return null;
  }
};

const ended = (process: CollectorProcess, exit: Exit): Failure =>
  failure(
    exit.kind === "spawn" ? "no_collector" : "start_failed",
    startFailure(process, exit),
    exit.kind === "spawn" ? false : undefined,
  );

/**
 * Signals a child that was spawned `detached`, together with everything it started: a wrapper script and the Collector
 * inside it get the same signal. A group that is already gone is no error.
 */
export const signalGroup = (pid: number | undefined, signal: NodeJS.Signals): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // EPERM: macOS answers so for a group that consists of zombies only.
    if (!hasCode(error, "ESRCH") && !hasCode(error, "EPERM")) throw error;
  }
};

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && "code" in error && error.code === code;

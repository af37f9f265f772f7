import type { Clock, Instant } from "../base/clock.ts";

/** Many hints, one call. */
export type Debounce = {
  /** Something may have changed. */
  readonly hint: () => void;
  readonly stop: () => void;
};

/** A burst that never pauses is cut here. */
const capMs = 1000;

/**
 * Calls `due` once it was quiet for `quietMs` after a hint, at the latest a second after the first one (or after
 * `quietMs`, where that is longer), with the instant of that first hint; `first` at that hint itself.
 */
export const debounce = (
  clock: Clock,
  quietMs: number,
  due: (since: Instant) => void,
  first = (): void => {},
): Debounce => {
  let since: Instant | null = null;
  let cancel = (): void => {};
  const fire = (): void => {
    const began = since;
    since = null;
    if (began !== null) due(began);
  };
  return {
    hint: () => {
      const now = clock.now();
      const isFirst = since === null;
      since ??= now;
      cancel();
      cancel = clock.after(Math.max(0, Math.min(quietMs, since + Math.max(capMs, quietMs) - now)), fire);
      if (isFirst) first();
    },
    stop: () => {
      cancel();
      since = null;
    },
  };
};

import type { LogFields } from "./log-event.ts";

export const redacted = "[redacted]";

const secretName =
  /(?:authorization|cookie|passw(?:or)?d|passphrase|secret|token$|api[-_.]?key|private[-_.]?key|credential)/i;

/**
 * A last net under what is logged, for texts that come from elsewhere (the Collector's own lines, system errors): it
 * knows credentials in URLs, bearer and basic headers, and `password: …`. The first defence is not to log configs.
 */
export const redactText = (text: string): string =>
  text
    .replace(/(\w+:\/\/)[^\s/@"']+@/g, `$1${redacted}@`)
    .replace(/\b(bearer|basic)\s+[\w+/=.~-]{8,}/gi, `$1 ${redacted}`)
    .replace(
      /((?:authorization|cookie|password|passwd|secret|api[-_.]?key|private[-_.]?key)["']?\s*[:=]\s*["']?)(?!\[redacted\]|bearer |basic )[^\s"',}]+/gi,
      `$1${redacted}`,
    );

export const redactFields = (fields: LogFields): LogFields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value !== "string" ? value : secretName.test(name) ? redacted : redactText(value),
    ]),
  );

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = { readonly [field: string]: string | number | boolean | null | undefined };

/** Something worth a line. */
export type LogEvent = { readonly level: LogLevel; readonly message: string; readonly fields: LogFields };

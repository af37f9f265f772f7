/**
 * The config of an ingest that accepts nothing from outside and only hands on what is in its queue: its entry pipelines
 * are fed by a socket of the run directory to which nobody sends. Rendered configs have one fixed form, so their text is
 * enough. null: the config has no such pipelines.
 */
export const drainingIngest = (config: string): string | null => {
  const drained = config.replace(
    /(\n {4}(?:traces|metrics|logs)\/otel_policy_entry_\d+:\n {6}receivers:\n)(?: {8}- .*\n)+/g,
    '$1        - "otlp/otel_policy_back"\n',
  );
  return drained === config ? null : drained;
};

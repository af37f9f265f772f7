/** Command-line arguments of a start; `validate` gets the same after its name, so that both read the config alike. */
export const collectorArguments = (
  configPath: string,
  featureGates: readonly string[],
  laidOver: readonly string[] = [],
  gate: string | null = null,
): string[] => [
  ...(gate === null ? [] : [`--config=${gate}`]),
  `--config=file:${configPath}`,
  ...laidOver.map((path) => `--config=file:${path}`),
  ...(featureGates.length === 0 ? [] : [`--feature-gates=${featureGates.join(",")}`]),
];

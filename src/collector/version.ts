/** The oldest Collector a config is rendered for, and the one everything is tested with. */
export const oldestSupported = "0.145.0";
export const renderingTarget = "0.158.0";

/** < 0, 0 or > 0, by number and not by text: 0.99.0 is older than 0.145.0. */
export const compareVersions = (a: string, b: string): number => {
  const left = a.split(".").map(Number);
  const right = b.split(".").map(Number);
  for (let i = 0; i < 3; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const listed = (folder: string, wanted: RegExp): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => wanted.test(name))
        .sort()
    : [];

/** Path below the chart's `files/` → text, of everything that is a copy of a file elsewhere in `templates/`. */
export const chartFiles = (root: string): ReadonlyMap<string, string> => {
  const grafana = join(root, "templates/grafana");
  const prometheus = join(root, "templates/prometheus");
  return new Map([
    ...listed(grafana, /\.json$/).map(
      (name) => [`dashboards/${name}`, readFileSync(join(grafana, name), "utf8")] as const,
    ),
    // Tests of rules lie beside them.
    ...listed(prometheus, /^(?!.*\.test\.).*\.yaml$/).map(
      (name) => [`rules/${name}`, readFileSync(join(prometheus, name), "utf8")] as const,
    ),
  ]);
};

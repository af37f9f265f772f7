import { spawnSync } from "node:child_process";
import type { Advisory } from "./verdict.ts";

type Via = { readonly url?: string; readonly title?: string; readonly name?: string; readonly range?: string };
type Report = { readonly vulnerabilities?: { readonly [name: string]: { readonly via: readonly (Via | string)[] } } };

/** Advisories of the registry about what the lock file names, or why it could not be asked. */
export const npmAdvisories = (root: string): readonly Advisory[] | string => {
  const { stdout, stderr, error } = spawnSync("npm", ["audit", "--json"], {
    cwd: root,
    encoding: "utf8",
    timeout: 60_000,
  });
  try {
    const report: Report = JSON.parse(stdout);
    if (report.vulnerabilities !== undefined) return advisoriesIn(report.vulnerabilities);
  } catch {
    // told below, in its own words
  }
  return error?.message ?? /^npm (?:warn|error) audit (.*)$/m.exec(stderr)?.[1] ?? "no answer that can be read";
};

const advisoriesIn = (found: NonNullable<Report["vulnerabilities"]>): readonly Advisory[] => {
  const advisories = new Map<string, Advisory>();
  for (const [name, { via }] of Object.entries(found))
    for (const one of via) {
      // A string names the dependency that has the advisory, and that has an entry of its own.
      if (typeof one === "string") continue;
      const id = one.url?.split("/").at(-1) ?? "unknown";
      const about = one.name ?? name;
      advisories.set(`${id} ${about}`, { id, package: about, version: one.range ?? "", title: one.title ?? "" });
    }
  return [...advisories.values()];
};

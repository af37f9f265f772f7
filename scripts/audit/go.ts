import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Advisory } from "./verdict.ts";

const govulncheck = "golang.org/x/vuln/cmd/govulncheck@v1.9.0";
/** The database as a module: any module proxy has it, also one that is cut off from vuln.go.dev. */
const database = "golang.org/x/vulndb@latest";

type Finding = {
  readonly osv: string;
  readonly fixed_version?: string;
  readonly trace: readonly { readonly module?: string; readonly version?: string; readonly function?: string }[];
};
type Message = { readonly finding?: Finding; readonly osv?: { readonly id: string; readonly summary?: string } };

/** Vulnerable functions that are linked into the Collector we ship, or why nobody could be asked. */
export const goAdvisories = (root: string): readonly Advisory[] | string => {
  const binary = join(root, "build/otelcol-lean");
  if (!existsSync(binary)) return "build/otelcol-lean is absent: npm run otelcol";
  const go = (...args: readonly string[]) =>
    spawnSync("go", args, { cwd: join(root, "build"), encoding: "utf8", timeout: 300_000, maxBuffer: 256 << 20 });
  const fetched = go("mod", "download", "-json", database);
  if (fetched.error !== undefined) return fetched.error.message;
  const { Dir: folder, Error: problem }: { readonly Dir?: string; readonly Error?: string } = JSON.parse(
    fetched.stdout === "" ? "{}" : fetched.stdout,
  );
  if (folder === undefined) return problem ?? fetched.stderr.trim();
  const osv = pathToFileURL(join(folder, "data/osv")).href;
  const asked = go("run", govulncheck, "-db", osv, "-mode", "binary", "-format", "json", binary);
  if (asked.status !== 0) return asked.stderr.trim();
  return advisoriesIn(messagesIn(asked.stdout));
};

/** govulncheck writes one indented object after the other. */
export const messagesIn = (text: string): readonly Message[] =>
  text
    .split(/^(?=\{)/m)
    .filter((part) => part.trim() !== "")
    .map((part) => JSON.parse(part));

export const advisoriesIn = (messages: readonly Message[]): readonly Advisory[] => {
  const titles = new Map(messages.flatMap(({ osv }) => (osv === undefined ? [] : [[osv.id, osv.summary ?? ""]])));
  const advisories = new Map<string, Advisory>();
  for (const { finding } of messages) {
    const at = finding?.trace[0];
    // Without a function the module is there and what is wrong with it is not linked in.
    if (finding === undefined || at?.function === undefined) continue;
    const [name, version] = [at.module ?? "", at.version ?? ""];
    const fix = finding.fixed_version === undefined ? "no fix yet" : `fixed in ${finding.fixed_version}`;
    // One advisory can be of the standard library and of the module that it was taken from, told in no fixed order.
    advisories.set(`${finding.osv} ${name}`, {
      id: finding.osv,
      package: name,
      version,
      title: `${titles.get(finding.osv) ?? ""} (${fix})`,
    });
  }
  return [...advisories.values()].sort((a, b) => (`${a.id} ${a.package}` < `${b.id} ${b.package}` ? -1 : 1));
};

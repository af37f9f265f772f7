import { positionOf } from "../diagnostics/source.ts";
import type { Dialect } from "../policy/types.ts";
import { leavesOf } from "./dialect-choice.ts";
import type { Ledger } from "./ledger.ts";
import { say } from "./say.ts";
import type { Cited, Sketch } from "./sketch.ts";
import { emitted, map, value } from "./yaml-out.ts";

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** A policy as YAML, every line with the place it comes from; and a note for every field that it could or could not say. */
export const writePolicy = (
  sketch: Sketch,
  dialect: Dialect,
  ledger: Ledger,
  sources: ReadonlyMap<string, string>,
): string => {
  const said = say(sketch, dialect);
  const id = `${sketch.namespace}/${sketch.name}`;
  const extended = new Map<Cited<unknown>, { path: string; isExtension: boolean }>();
  for (const { path, isExtension, cites } of leavesOf(said.spec, dialect))
    for (const cited of cites) {
      const there = extended.get(cited);
      // Of the several leaves of one value the last names it best; one extension among them makes it one.
      extended.set(cited, { path, isExtension: isExtension || there?.isExtension === true });
    }
  for (const [cited, { path, isExtension }] of extended) {
    const reasons = [cited.why, isExtension ? "no field of this dialect; other implementations ignore it" : undefined];
    const why = reasons.filter((reason) => reason !== undefined).join("; ");
    ledger.note(cited.node, {
      outcome: isExtension ? "extension" : cited.how,
      to: `${id} ${path}`,
      ...(why === "" ? {} : { why }),
    });
  }
  for (const { cited, why } of said.unsaid) {
    if (extended.has(cited)) continue;
    if (why === "") {
      const said = {
        outcome: cited.how,
        to: `${id}, by its defaults`,
        ...(cited.why === undefined ? {} : { why: cited.why }),
      };
      ledger.note(cited.node, said);
    } else if (cited.otherwise !== undefined) {
      ledger.note(cited.node, {
        outcome: "dataPlane",
        why: `${why}, and a Collector could not do it`,
        snippet: cited.otherwise,
      });
    } else ledger.note(cited.node, { outcome: "lost", why });
  }
  const comment = (cites: readonly Cited<unknown>[]): string => {
    const [cited] = cites;
    if (cited === undefined) return "";
    const text = sources.get(cited.file);
    const line = text === undefined ? "" : `:${positionOf(text, cited.node.span.start).line}`;
    return ` # ${printable(baseName(cited.file))}${line}`;
  };
  const out = map(
    ["apiVersion", value(said.apiVersion)],
    ["kind", value("TelemetryPolicy")],
    ["metadata", said.metadata],
    ["spec", said.spec],
  );
  const lines = emitted(out, 0, comment);
  const head = `# from ${printable(sketch.from)}`;
  if (sketch.targets.length > 0) return `${[head, ...lines].join("\n")}\n`;
  // A policy must name its targets, and none is made up: the text is there to be completed, not to be applied.
  const missing = [
    head,
    `# No target: ${printable(sketch.wanted ?? "nothing")} — name it with --target Gateway/NAMESPACE/NAME or Namespace/NAME`,
    "#",
  ];
  return `${[...missing, ...lines.map((line) => `# ${line}`)].join("\n")}\n`;
};

const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, "?");

import { diagnostic } from "../diagnostics/diagnostic.ts";
import { positionOf, type SourceFile } from "../diagnostics/source.ts";
import type { Note } from "./ledger.ts";
import { type Migration, readNative } from "./migrate.ts";
import type { NativeWriter, Tell } from "./native/native.ts";
import type { MigrateOptions } from "./reading.ts";
import type { Cited } from "./sketch.ts";
import { emitted, type Out } from "./yaml-out.ts";

const textAt = (out: Out, ...path: readonly string[]): string => {
  const [step, ...rest] = path;
  if (step === undefined) return out.kind === "value" ? String(out.value) : "";
  const [, child] = out.kind === "map" ? (out.entries.find(([key]) => key === step) ?? []) : [];
  return child === undefined ? "" : textAt(child, ...rest);
};

/** `Kuadrant kuadrant-system/kuadrant`: what an apply of two such documents would overwrite. */
const identityOf = (out: Out): string =>
  `${textAt(out, "kind")} ${textAt(out, "metadata", "namespace")}/${textAt(out, "metadata", "name")}`;

const citesOf = (out: Out): readonly Cited<unknown>[] =>
  out.kind === "value"
    ? out.cites
    : out.kind === "list"
      ? out.items.flatMap(citesOf)
      : out.entries.flatMap(([, child]) => citesOf(child));

/** TelemetryPolicies → the manifests of one data plane, with the same account of every field. */
export const toNative = (files: readonly SourceFile[], writer: NativeWriter, options: MigrateOptions): Migration => {
  const { standard, manifests, ledger, found, sources, sketches } = readNative(files, options);
  const policies = sketches.filter(({ isPolicy }) => isPolicy === true);
  const comment = (cites: readonly Cited<unknown>[]): string => {
    const [cited] = cites;
    if (cited === undefined) return "";
    const text = sources.get(cited.file) ?? "";
    return ` # ${cited.file.slice(cited.file.lastIndexOf("/") + 1)}:${positionOf(text, cited.node.span.start).line}`;
  };
  const texts: string[] = [];
  /** What is written already, by kind and name: some objects are there once for a whole cluster. */
  const written = new Map<string, { readonly text: string; readonly policy: string }>();
  let count = 0;
  for (const sketch of policies) {
    const id = `${sketch.namespace}/${sketch.name}`;
    let unsaid = 0;
    const notes: { readonly cited: Cited<unknown>; readonly note: Note }[] = [];
    const tell: Tell = {
      said: (cited, to, why) => {
        if (cited === undefined) return;
        const note: Note = { outcome: why === undefined ? "carried" : "changed", to: `${writer.title} ${to}` };
        notes.push({ cited, note: why === undefined ? note : { ...note, why } });
      },
      cannot: (cited, why) => {
        if (cited === undefined) return;
        unsaid += 1;
        notes.push({ cited, note: { outcome: "lost", why: `${why}; the agent does it` } });
      },
    };
    const documents = writer.write(sketch, tell, manifests);
    if (documents.length === 0)
      found.push(
        diagnostic(
          "TP6008",
          { object: `policy ${id}`, plane: writer.title, what: unsaid > 0 ? "any field" : "anything" },
          null,
        ),
      );
    else count += 1;
    const refused = new Set<Cited<unknown>>();
    const fresh = documents.filter((out) => {
      const key = identityOf(out);
      const text = emitted(out, 0, () => "").join("\n");
      const there = written.get(key);
      if (there === undefined) written.set(key, { text, policy: id });
      else if (there.text !== text) {
        const cites = citesOf(out);
        for (const cited of cites) refused.add(cited);
        const why = `there is one ${key}, and policy ${there.policy} says something else there; the agent does it`;
        for (const cited of cites) ledger.note(cited.node, { outcome: "lost", why });
        const args = { object: `policy ${id}`, other: `policy ${there.policy}`, signal: "telemetry", target: key };
        found.push(diagnostic("TP6005", args, cites[0]?.node.span ?? null));
      }
      return there === undefined;
    });
    for (const { cited, note } of notes) if (!refused.has(cited)) ledger.note(cited.node, note);
    texts.push(
      ...fresh.map(
        (out, index) => `${index === 0 ? `# from policy ${id}\n` : ""}${emitted(out, 0, comment).join("\n")}\n`,
      ),
    );
  }
  standard(policies);
  if (policies.length === 0)
    found.push(
      diagnostic(
        "TP6001",
        {
          where: `${files
            .map(({ path }) => path)
            .slice(0, 3)
            .join(", ")}: no TelemetryPolicy`,
        },
        null,
      ),
    );
  return { policies: texts.join("---\n"), count, report: ledger.entries(manifests), diagnostics: found };
};

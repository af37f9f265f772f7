import { diagnostic } from "../diagnostics/diagnostic.ts";
import { positionOf, type SourceFile } from "../diagnostics/source.ts";
import { type Migration, readNative } from "./migrate.ts";
import type { NativeWriter, Tell } from "./native/native.ts";
import type { MigrateOptions } from "./reading.ts";
import type { Cited } from "./sketch.ts";
import { emitted } from "./yaml-out.ts";

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
  let count = 0;
  for (const sketch of policies) {
    const id = `${sketch.namespace}/${sketch.name}`;
    let unsaid = 0;
    const tell: Tell = {
      said: (cited, to, why) => {
        if (cited === undefined) return;
        ledger.note(cited.node, {
          outcome: why === undefined ? "carried" : "changed",
          to: `${writer.title} ${to}`,
          ...(why === undefined ? {} : { why }),
        });
      },
      cannot: (cited, why) => {
        if (cited === undefined) return;
        unsaid += 1;
        ledger.note(cited.node, { outcome: "lost", why: `${why}; the agent does it` });
      },
    };
    const documents = writer.write(sketch, tell);
    if (documents.length === 0)
      found.push(
        diagnostic(
          "TP6008",
          { object: `policy ${id}`, plane: writer.title, what: unsaid > 0 ? "any field" : "anything" },
          null,
        ),
      );
    else count += 1;
    texts.push(
      ...documents.map(
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

import { type Diagnostic, diagnostic } from "../diagnostics/diagnostic.ts";
import type { SourceFile } from "../diagnostics/source.ts";
import { readPolicies } from "../policy/read.ts";
import type { Dialect } from "../policy/types.ts";
import { chosenDialect } from "./dialect-choice.ts";
import { grantsFor, type Referral, referralOf } from "./grants.ts";
import { newLedger } from "./ledger.ts";
import { type Manifest, readManifests } from "./manifests.ts";
import type { Entry } from "./outcome.ts";
import { forEachUnspoken, type MigrateOptions, newReading } from "./reading.ts";
import { withoutRepeats } from "./repeats.ts";
import { citesIn, settle } from "./settle.ts";
import type { Sketch } from "./sketch.ts";
import { migrationSources } from "./sources.ts";
import { readStandard } from "./standard-fields.ts";
import { writePolicy } from "./write-policy.ts";

export type Migration = {
  /** TelemetryPolicies, one document each, and the grants that they need; what has no target is there as a comment. */
  readonly policies: string;
  /** How many of them apply as they are. */
  readonly count: number;
  /** What became of every field of every document. */
  readonly report: readonly Entry[];
  readonly diagnostics: readonly Diagnostic[];
};

/** Sketches of everything in the files, and the ledger of what was read. */
export const readNative = (files: readonly SourceFile[], options: MigrateOptions) => {
  const read = readManifests(files, { namespace: options.namespace });
  const manifests = read.value;
  const ledger = newLedger();
  const found: Diagnostic[] = [...read.diagnostics];
  const sources = new Map(files.map(({ path, text }) => [path, text]));
  const sketches: Sketch[] = [];
  const sourceOf = (manifest: Manifest) =>
    manifest.broken ? undefined : migrationSources.find((source) => source.reads(manifest));
  const isShared = (manifest: Manifest): boolean => sourceOf(manifest)?.isShared?.(manifest) === true;
  const order = [...manifests.filter((manifest) => !isShared(manifest)), ...manifests.filter(isShared)];
  let known = 0;
  for (const manifest of order) {
    const source = sourceOf(manifest);
    const reading = newReading(manifest, manifests, ledger, options, sources, found);
    if (source !== undefined) {
      known += 1;
      sketches.push(...source.read(reading));
    }
  }
  /** After all else: which objects a policy came of. */
  const standard = (settled: readonly Sketch[]): void => {
    const nodes = settled
      .flatMap((sketch) => citesIn([sketch.targets, sketch.tracing, sketch.metrics, sketch.logs]))
      .map(({ node }) => node.span);
    for (const manifest of manifests) {
      const { span } = manifest.root;
      const became = nodes.some(({ file, start, end }) => file === span.file && start >= span.start && end <= span.end);
      readStandard(
        newReading(manifest, manifests, ledger, options, sources, found),
        sourceOf(manifest) !== undefined,
        became,
      );
    }
  };
  return { standard, manifests, ledger, found, sources, sketches, known };
};

/** Native manifests → TelemetryPolicies and an account of every field. Total: whatever the texts, it answers. */
export const migrate = (
  files: readonly SourceFile[],
  options: MigrateOptions & { readonly dialect: Dialect | null },
): Migration => {
  const { standard, manifests, ledger, found, sources, sketches, known } = readNative(files, options);
  const { settled, conflicts } = settle(sketches, ledger);
  for (const { object, other, signal, target, at } of conflicts)
    found.push(diagnostic("TP6005", { object, other, signal, target }, at.node.span));
  const texts: string[] = [];
  const referrals: Referral[] = [];
  let count = 0;
  for (const settledSketch of settled) {
    const sketch = settledSketch.isPolicy === true ? settledSketch : withoutRepeats(settledSketch, ledger);
    const dialect = options.dialect ?? chosenDialect(sketch);
    // On trial first: what does not come out must not be reported as carried.
    const trial = writePolicy(sketch, dialect, newLedger(), sources);
    const checked = readPolicies([{ path: "migrated", text: trial }], {
      allowEndpoints: ["*", "*:*"],
      rootNamespace: null,
    });
    const wrong = checked.diagnostics.find(({ severity }) => severity === "error");
    if (wrong !== undefined && sketch.targets.length > 0) {
      found.push(diagnostic("TP6007", { policy: `${sketch.namespace}/${sketch.name}`, problem: wrong.message }, null));
      for (const { node } of citesIn([sketch.targets, sketch.tracing, sketch.metrics, sketch.logs]))
        ledger.note(node, { outcome: "lost", why: `the policy would not be valid: ${wrong.message}` });
      continue;
    }
    const text = writePolicy(sketch, dialect, ledger, sources);
    if (sketch.targets.length === 0) {
      found.push(diagnostic("TP6003", { object: sketch.from, wanted: sketch.wanted ?? "nothing" }, null));
      texts.push(text);
      continue;
    }
    texts.push(text);
    const referral = referralOf(sketch, dialect);
    if (referral !== null) referrals.push(referral);
    count += 1;
  }
  texts.push(...grantsFor(referrals, ledger));
  // After the policies, whose fields have had their say.
  standard(settled);
  if (known === 0)
    found.push(
      diagnostic(
        "TP6001",
        {
          where: files
            .map(({ path }) => path)
            .slice(0, 3)
            .join(", "),
        },
        null,
      ),
    );
  // Whatever no reader spoke of in a recognised object is lost, and said to be; other objects are no telemetry.
  for (const manifest of manifests) {
    if (manifest.broken)
      forEachUnspoken(newReading(manifest, manifests, ledger, options, sources, found), manifest.root, {
        outcome: "lost",
        why: "the document is not valid YAML",
      });
  }
  return { policies: texts.join("---\n"), count, report: ledger.entries(manifests), diagnostics: found };
};

import { defaultProfileNames } from "../../dataplane/profiles.ts";
import type { Code } from "../../diagnostics/codes.ts";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.ts";
import type { SourceFile } from "../../diagnostics/source.ts";
import { readBase } from "../compiled.ts";
import type { Parts } from "../parts.ts";
import { type Example, examples } from "./examples.ts";

export type Shown = { readonly diagnostics: readonly Diagnostic[]; readonly sources: ReadonlyMap<string, string> };

/** The finding itself, as the compiler gives it for the example. */
export const shownExample = async <C extends Code>(code: C, parts: Parts): Promise<Shown> => {
  const example: Example<C> | undefined = examples[code];
  if (example === undefined) return { diagnostics: [], sources: new Map() };
  if ("args" in example) return { diagnostics: [diagnostic(code, example.args, null)], sources: new Map() };
  const file: SourceFile = { path: "example.yaml", text: example.policy };
  const compile = await parts.compile();
  const { diagnostics } = compile([file], {
    dataPlanes: defaultProfileNames,
    rootNamespace: null,
    allowEndpoints: [],
    base: await readBase(null),
    topology: "single",
    collector: null,
    redirectSinks: null,
  });
  const first = diagnostics.find((found) => found.code === code);
  return { diagnostics: first === undefined ? [] : [first], sources: new Map([[file.path, file.text]]) };
};

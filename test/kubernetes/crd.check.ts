import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { crdDialects, definitionOf } from "../../scripts/crd/definition.ts";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.ts";
import { readPolicies } from "../../src/policy/read.ts";
import { parseYaml } from "../../src/policy/yaml.ts";
import { anyPolicy } from "../support/policy-arbitrary.ts";
import { type ApiServer, startApiServer } from "./support/api-server.ts";
import { mutated } from "./support/mutate.ts";
import { createPath, installCrds } from "./support/policies.ts";

/**
 * Errors that no schema can find, and why. Everything else that `validate` refuses in one policy the API server has to
 * refuse, too; and it must never refuse what `validate` takes.
 */
const beyondSchema: ReadonlyMap<string, string> = new Map([
  ["TP2602", "annotations are not part of the schema"],
  ["TP2603", "annotations are not part of the schema"],
  ["TP2302", "which hosts are allowed is the platform's decision, not the API's"],
]);

const verdictOf = (policy: object): readonly Diagnostic[] =>
  readPolicies([{ path: "policy.json", text: JSON.stringify(policy) }], {
    allowEndpoints: ["*"],
    rootNamespace: null,
  }).diagnostics.filter(({ severity }) => severity === "error");

describe("the CRDs and a real API server", () => {
  let server: ApiServer;
  before(async () => {
    server = await startApiServer();
    await installCrds(server, crdDialects.map(definitionOf));
    for (const name of ["ns", "team-a", "prod-ns"])
      await server.ask("POST", "/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  });
  after(() => server.stop());

  const create = async (policy: object) =>
    server.ask("POST", `${createPath(policy)}?dryRun=All&fieldValidation=Strict`, policy);

  test("the example of the proposal is taken as it stands", async () => {
    const path = fileURLToPath(new URL("../../samples/01-draft-example/policy.yaml", import.meta.url));
    const { status, text } = await create(fromYaml(path));
    assert.equal(status, 201, text);
  });

  test("both refuse the same policies of a fuzz", async () => {
    const policies = [
      ...fc.sample(anyPolicy, { numRuns: 300, seed: 4768 }),
      ...fc.sample(mutated(anyPolicy.filter((policy) => verdictOf(policy).length === 0)), { numRuns: 900, seed: 4768 }),
    ];
    const wrong: string[] = [];
    let refused = 0;
    for (const policy of policies) {
      const errors = verdictOf(policy).filter(({ code }) => !beyondSchema.has(code));
      const { status, text } = await create(policy);
      assert.ok(status === 201 || status === 422 || status === 400, text);
      if (status !== 201) refused += 1;
      if ((status === 201) === (errors.length === 0)) continue;
      const words = errors.map(({ code, message }) => `${code} ${message}`).join("; ") || "nothing";
      wrong.push(
        `${JSON.stringify(policy)}\n  validate: ${words}\n  API server: ${status} ${status === 201 ? "" : text}`,
      );
    }
    assert.deepEqual(wrong.slice(0, 8), [], `${wrong.length} of ${policies.length} differ`);
    assert.ok(refused > 300 && refused < 900, `${refused} of ${policies.length} were refused: the fuzz is one-sided`);
  });
});

const fromYaml = (path: string): object => {
  const { value } = parseYaml({ path, text: readFileSync(path, "utf8") }, { aliases: false, maxBytes: 1_000_000 });
  const [root] = value;
  assert.ok(root !== undefined);
  return JSON.parse(JSON.stringify(plain(root)));
};

const plain = (node: ReturnType<typeof parseYaml>["value"][number]): unknown => {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "sequence") return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key, plain(value)]));
};

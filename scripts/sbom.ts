/**
 * Writes a CycloneDX 1.6 bill of materials of an image: the packages that were bundled, from the lock file's versions,
 * and the modules of the Collector, from its go.mod. Same sources, same bytes: it carries no date and no serial number.
 *
 *   node scripts/sbom.ts FILE [--collector lean|full|none]
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { requiredModules } from "./shipped/go.ts";
import { shippedPackages } from "./shipped/npm.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  options: { collector: { type: "string", default: "lean" } },
  allowPositionals: true,
});
const [file] = positionals;
const set = values.collector;
if (file === undefined || (set !== "lean" && set !== "full" && set !== "none"))
  throw new Error("usage: node scripts/sbom.ts FILE [--collector lean|full|none]");

const manifest: { readonly name: string; readonly version: string } = JSON.parse(
  readFileSync(`${root}/package.json`, "utf8"),
);

/** A package URL: every part of the name escaped, but for its slashes. */
const purl = (type: "npm" | "golang", name: string, version: string): string =>
  `pkg:${type}/${name.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(version)}`;

const npm = (await shippedPackages(root)).map(({ name, version, licence }) => ({
  type: "library",
  "bom-ref": purl("npm", name, version),
  name,
  version,
  licenses: [{ expression: licence }],
  purl: purl("npm", name, version),
}));
const go =
  set === "none"
    ? []
    : requiredModules(root, set).map(({ path, version }) => ({
        type: "library",
        "bom-ref": purl("golang", path, version),
        name: path,
        version,
        purl: purl("golang", path, version),
      }));
const self = purl("npm", manifest.name, manifest.version);
const bom = {
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  metadata: {
    component: {
      type: "application",
      "bom-ref": self,
      name: manifest.name,
      version: manifest.version,
      licenses: [{ license: { id: "Apache-2.0" } }],
      purl: self,
    },
  },
  components: [...npm, ...go],
  dependencies: [{ ref: self, dependsOn: [...npm, ...go].map((component) => component["bom-ref"]) }],
};
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
process.stderr.write(`${file}: ${npm.length} npm packages, ${go.length} Go modules\n`);

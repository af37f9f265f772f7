import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { check, type Rules } from "./architecture/check.ts";
import { scan } from "./architecture/scan.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The one table: a floor imports only floors with a lower number, and never its neighbours of the same number. */
const rules: Rules = {
  floors: [
    { level: 0, name: "base" },
    { level: 1, name: "diagnostics" },
    { level: 2, name: "cel" },
    { level: 2, name: "genai" },
    { level: 3, name: "policy" },
    { level: 3, name: "dataplane" },
    { level: 4, name: "migrate" },
    { level: 5, name: "resolve" },
    { level: 6, name: "plan" },
    // Reads the base config with the same located YAML tree that policies are read with, and knows nothing of policies.
    {
      level: 7,
      name: "render",
      blindTo: ["policy", "migrate", "resolve"],
      mayUse: ["policy/yaml.ts", "policy/yaml-node.ts"],
    },
    { level: 8, name: "compile.ts" },
    // A child process and our own telemetry: neither knows what a config or a policy means.
    {
      level: 9,
      name: "collector",
      blindTo: ["cel", "genai", "policy", "dataplane", "migrate", "resolve", "plan", "render", "compile.ts"],
    },
    {
      level: 9,
      name: "telemetry",
      blindTo: ["cel", "genai", "policy", "dataplane", "migrate", "resolve", "plan", "render", "compile.ts"],
    },
    // Realistic gateway traffic for `dev`: knows how data planes speak, nothing of policies or Collectors.
    { level: 9, name: "traffic", blindTo: ["policy", "migrate", "resolve", "plan", "render", "compile.ts"] },
    { level: 10, name: "agent" },
    { level: 11, name: "web" },
    { level: 12, name: "cli" },
    { level: 12.5, name: "main.ts" },
  ],
  impureFrom: 9,
  pureModules: new Map([
    ["node:crypto", ["base"]], // digests
    ["node:path", null],
    ["node:util", null],
  ]),
  impureWords: [
    /\bDate\.now\b/,
    /\bnew Date\(\s*\)/,
    /\bMath\.random\b/,
    /\bperformance\./,
    /\bprocess\./,
    /\brandom(?:UUID|Bytes|Int)\b/,
    /\bset(?:Timeout|Interval|Immediate)\b/,
    /\bfetch\(/,
    /\bconsole\./,
  ],
  wordsOnlyIn: [
    // A bundle has no src/: whoever needs templates/ or samples/ asks for the package root.
    { word: /\bimport\.meta\b/, files: ["cli/package-root.ts"] },
  ],
  packages: new Map([
    ["yaml", ["policy/yaml.ts", "render/emit.ts"]],
    ["chokidar", ["agent/watch.ts"]],
    ["@marcbachmann/cel-js", ["cel/parse.ts"]],
    ["re2js", ["cel/regex.ts"]],
    ["@opentelemetry/sdk-node", ["telemetry/sdk.ts"]],
    ["@opentelemetry/api", ["telemetry/"]],
    ["@opentelemetry/semantic-conventions", ["telemetry/sdk.ts"]],
  ]),
  ceilings: new Map([
    // The IR is nobody's dialect: it shares the words for targets, rates and profiles, and knows no resolution.
    ["plan/types.ts", 3],
    // What happened is told to everyone, so it depends on nothing that happens.
    ["agent/view.ts", 5],
  ]),
};

const sourcesOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts"))
      .sort()
      .map((path) => [path.replaceAll("\\", "/"), readFileSync(`${folder}/${path}`, "utf8")]),
  );

describe("src/ keeps its floors", () => {
  const sources = sourcesOf(`${root}/src`);

  test("floors, purity, single importers, no cycles, no barrels", () => {
    assert.ok(sources.size > 20, "src/ was not found");
    assert.deepEqual(check(sources, rules), []);
  });

  test("every dependency has a named importer and is imported there", () => {
    const manifest: { dependencies: Record<string, string> } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
    const dependencies = Object.keys(manifest.dependencies).sort();
    assert.deepEqual(dependencies, [...rules.packages.keys()].sort());
    const imported = new Set(
      [...sources.values()].flatMap((text) => scan(text).imports.map(({ specifier }) => specifier)),
    );
    assert.deepEqual(
      dependencies.filter((name) => !imported.has(name)),
      [],
    );
  });
});

test("the top level holds the folders of CONTRIBUTING.md and no others", () => {
  const known = [
    "bench",
    "build",
    "dist",
    "docs",
    "node_modules",
    "otel-policy-dev", // of whoever ran the demo here; git does not see it
    "otelcol",
    "samples",
    "scripts",
    "src",
    "templates",
    "test",
  ];
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith("."),
  );
  assert.deepEqual(
    folders.map(({ name }) => name).filter((name) => !known.includes(name)),
    [],
  );
});

describe("the checker finds what it is for", () => {
  const found = (files: Record<string, string>): readonly string[] => check(new Map(Object.entries(files)), rules);
  const cases: readonly [name: string, files: Record<string, string>, expected: readonly string[]][] = [
    ["clean code", { "base/a.ts": "export const a = 1;", "cel/b.ts": 'import { a } from "../base/a.ts";' }, []],
    [
      "an upward import, even of a type",
      { "base/a.ts": 'import type { B } from "../policy/b.ts";', "policy/b.ts": "" },
      ["base/a.ts:1 floor 0 base imports floor 3 policy"],
    ],
    [
      "a neighbour of the same floor, by re-export",
      { "cel/a.ts": '\nexport { b } from "../genai/b.ts";', "genai/b.ts": "" },
      ["cel/a.ts:2 floor 2 cel imports floor 2 genai"],
    ],
    [
      "a lower floor that must stay unknown",
      { "render/a.ts": 'import { b } from "../policy/b.ts";', "policy/b.ts": "" },
      ["render/a.ts:1 render must know nothing of policy"],
    ],
    [
      "…but for the file of it that is named",
      { "render/a.ts": 'import { b } from "../policy/yaml.ts";', "policy/yaml.ts": "" },
      [],
    ],
    [
      "a word outside the files it belongs to",
      { "web/a.ts": "\nimport.meta.url;", "cli/package-root.ts": "import.meta.url;" },
      ["web/a.ts:2 only cli/package-root.ts may use import.meta"],
    ],
    [
      "an upward dynamic import",
      { "agent/a.ts": 'const b = await import("../web/b.ts");', "web/b.ts": "" },
      ["agent/a.ts:1 floor 10 agent imports floor 11 web"],
    ],
    [
      "a type of the IR that names a resolution",
      { "plan/types.ts": 'import type { B } from "../resolve/b.ts";', "resolve/b.ts": "" },
      ["plan/types.ts:1 may import floors 0–3 only, resolve is floor 5"],
    ],
    [
      "a cycle inside one folder",
      { "cel/a.ts": 'import "./b.ts";', "cel/b.ts": 'import "./c.ts";', "cel/c.ts": 'import "./a.ts";' },
      ["cel/a.ts:1 import cycle cel/a.ts → cel/b.ts → cel/c.ts → cel/a.ts"],
    ],
    [
      "a folder without a floor",
      { "utils/a.ts": "" },
      ['utils/a.ts:1 belongs to no floor: add "utils" to the table or move the file'],
    ],
    ["a barrel", { "cel/index.ts": "" }, ["cel/index.ts:1 is a barrel: import the file that defines the name"]],
    [
      "a folder import",
      { "cel/a.ts": 'import { b } from "../base";', "base/b.ts": "" },
      ["cel/a.ts:1 imports ../base, which is no file of src/ (name the file, with its extension)"],
    ],
    [
      "a file system below floor 9",
      { "policy/a.ts": 'import { readFileSync } from "node:fs";' },
      ["policy/a.ts:1 policy is pure and imports node:fs"],
    ],
    [
      "crypto outside base",
      { "base/a.ts": 'import "node:crypto";', "plan/a.ts": 'import "node:crypto";' },
      ["plan/a.ts:1 plan is pure and imports node:crypto"],
    ],
    [
      "a clock, chance, the process and a timer below floor 9",
      { "plan/a.ts": "Date.now();\nMath.random();\nprocess.env;\nsetTimeout(f);\nsetInterval(f);\nnew Date();" },
      ["Date.now", "Math.random", "process.", "setTimeout", "setInterval", "new Date()"].map(
        (word, index) => `plan/a.ts:${index + 1} plan is pure and uses ${word}`,
      ),
    ],
    [
      "the same from floor 9 up is fine",
      { "agent/a.ts": 'import "node:fs"; Date.now(); process.env; setTimeout(f);' },
      [],
    ],
    [
      "a package outside its adapter",
      { "policy/yaml.ts": 'import { parse } from "yaml";', "policy/a.ts": 'import { parse } from "yaml";' },
      ["policy/a.ts:1 imports yaml, which only policy/yaml.ts, render/emit.ts may"],
    ],
    [
      "a package nobody named, and a scoped one",
      { "cli/a.ts": 'import x from "lodash/fp";\nimport y from "@opentelemetry/api/experimental";' },
      [
        "cli/a.ts:1 imports lodash, which the package table does not name",
        "cli/a.ts:2 imports @opentelemetry/api, which only telemetry/ may",
      ],
    ],
  ];
  for (const [name, files, expected] of cases) test(name, () => assert.deepEqual(found(files), expected));
});

describe("the scanner tells code from what only looks like it", () => {
  const cases: readonly [name: string, text: string, imports: readonly string[], code: RegExp][] = [
    ["comments", '// import "a"\n/* Date.now() from "b" */ x', [], /^\s+\n\s+x$/],
    ["strings", 'const s = "process.env from \\"x";', [], /^const s = "\s+";$/],
    [
      "templates keep their expressions",
      "const t = `Date.now ${Date.now()} { ${`in ${process.pid}`} } \\${no}` + 1;",
      [],
      /^const t = \s+Date\.now\(\)\s+process\.pid\s+ \+ 1;$/,
    ],
    ["regular expressions", 'const r = /[/"]from "x"/.test(a); const d = a / b / c; import "z";', ["z"], /a \/ b \/ c/],
    [
      "multi-line imports",
      "import {\n  a,\n} from \"./a.ts\";\nimport type { B } from './b.ts';",
      ["./a.ts", "./b.ts"],
      /import/,
    ],
  ];
  for (const [name, text, imports, code] of cases) {
    test(name, () => {
      const scanned = scan(text);
      assert.deepEqual(
        scanned.imports.map(({ specifier }) => specifier),
        imports,
      );
      assert.match(scanned.code, code);
      assert.equal(scanned.code.length, text.length);
    });
  }
});

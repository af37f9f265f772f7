import { scan } from "./scan.ts";

/** One floor of `src/`: a folder, or a file directly in `src/`. */
export type Floor = {
  readonly name: string;
  readonly level: number;
  /** Lower floors that this one must not know all the same… */
  readonly blindTo?: readonly string[];
  /** …but for these files of theirs. */
  readonly mayUse?: readonly string[];
};

export type Rules = {
  readonly floors: readonly Floor[];
  /** From this level up, clocks, chance, processes and files are allowed. */
  readonly impureFrom: number;
  /** `node:` modules that are pure, and the floors (all: null) that may use them below `impureFrom`. */
  readonly pureModules: ReadonlyMap<string, readonly string[] | null>;
  /** Words in code that read the outside world. */
  readonly impureWords: readonly RegExp[];
  /** Words that are allowed in the named files only, at any level. */
  readonly wordsOnlyIn: readonly { readonly word: RegExp; readonly files: readonly string[] }[];
  /** Third-party package → the files (relative to src) or folders (ending in `/`) that may import it. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
  /** Files that may import only floors up to a level below their own. */
  readonly ceilings: ReadonlyMap<string, number>;
};

/** `file:line what is wrong`, paths relative to `src/`. */
export type Violation = string;

const floorNameOf = (path: string): string => path.split("/")[0] ?? path;

const resolveRelative = (from: string, specifier: string): string => {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
};

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** Cycles of the file graph, each once, as `a → b → a`. */
const cyclesOf = (graph: ReadonlyMap<string, readonly string[]>): readonly string[] => {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const seen = path.indexOf(file);
    if (seen !== -1) {
      found.push([...path.slice(seen), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
};

/** Checks sources (path relative to `src/` → text) against the rules. */
export const check = (sources: ReadonlyMap<string, string>, rules: Rules): readonly Violation[] => {
  const violations: Violation[] = [];
  const floors = new Map(rules.floors.map((floor) => [floor.name, floor]));
  const graph = new Map<string, readonly string[]>();

  for (const [file, text] of sources) {
    const floor = floors.get(floorNameOf(file));
    if (floor === undefined) {
      violations.push(`${file}:1 belongs to no floor: add "${floorNameOf(file)}" to the table or move the file`);
      continue;
    }
    if (/(^|\/)index\.ts$/.test(file)) violations.push(`${file}:1 is a barrel: import the file that defines the name`);
    const { imports, code } = scan(text);
    const pure = floor.level < rules.impureFrom;
    const edges: string[] = [];

    for (const { specifier, line } of imports) {
      const at = `${file}:${line}`;
      if (specifier.startsWith(".")) {
        const target = resolveRelative(file, specifier);
        if (target.startsWith("..") || target === "package.json") continue;
        if (!sources.has(target)) {
          violations.push(`${at} imports ${specifier}, which is no file of src/ (name the file, with its extension)`);
          continue;
        }
        edges.push(target);
        const other = floors.get(floorNameOf(target));
        if (other === undefined || other.name === floor.name) continue;
        if (other.level >= floor.level) {
          violations.push(`${at} floor ${floor.level} ${floor.name} imports floor ${other.level} ${other.name}`);
        }
        if (floor.blindTo?.includes(other.name) && !floor.mayUse?.includes(target))
          violations.push(`${at} ${floor.name} must know nothing of ${other.name}`);
        const ceiling = rules.ceilings.get(file);
        if (ceiling !== undefined && other.level > ceiling) {
          violations.push(`${at} may import floors 0–${ceiling} only, ${other.name} is floor ${other.level}`);
        }
      } else if (specifier.startsWith("node:")) {
        if (!pure) continue;
        const allowed = rules.pureModules.get(specifier);
        if (allowed === undefined || (allowed !== null && !allowed.includes(floor.name))) {
          violations.push(`${at} ${floor.name} is pure and imports ${specifier}`);
        }
      } else {
        const name = packageOf(specifier);
        const allowed = rules.packages.get(name);
        if (allowed === undefined) violations.push(`${at} imports ${name}, which the package table does not name`);
        else if (!allowed.some((place) => (place.endsWith("/") ? file.startsWith(place) : file === place))) {
          violations.push(`${at} imports ${name}, which only ${allowed.join(", ")} may`);
        }
      }
    }
    graph.set(file, edges);

    const forbidden = [
      ...(pure ? rules.impureWords.map((word) => ({ word, because: `${floor.name} is pure and uses` })) : []),
      ...rules.wordsOnlyIn
        .filter(({ files }) => !files.includes(file))
        .map(({ word, files }) => ({ word, because: `only ${files.join(", ")} may use` })),
    ];
    for (const [index, lineText] of code.split("\n").entries()) {
      for (const { word, because } of forbidden) {
        const match = word.exec(lineText);
        if (match !== null) violations.push(`${file}:${index + 1} ${because} ${match[0].trim()}`);
      }
    }
  }
  return [...violations, ...cyclesOf(graph).map((cycle) => `${cycle.split(" ")[0]}:1 import cycle ${cycle}`)];
};

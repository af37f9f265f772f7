/**
 * What the Collector says about a config, made readable: prefixes that every message has are dropped, long lists of
 * valid values too, and each line starts with the path it speaks of (`exporters::debug::verbosity: …`) where it names one.
 * The texts are those of v0.145–v0.158; unknown ones are passed on as they are.
 */
export const collectorWords = (stderr: string): string => {
  const lines = stderr
    .replaceAll("\r", "")
    .replace(/yaml: unmarshal errors:\n\s*/, "yaml: ")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !/^\d{4}-\d\d-\d\dT\S+\t/.test(line));
  const said: string[] = [];
  // Where nested messages are: component, then a field of it. Both hold until the next such heading.
  let component: readonly string[] = [];
  let field: readonly string[] = [];
  for (const line of lines) {
    let text = line.replace(prefixes, "");
    const heading = /^'(\w+)' error reading configuration for "([^"]+)": /.exec(text);
    if (heading !== null) {
      component = [heading[1] ?? "", heading[2] ?? ""];
      field = [];
      text = text.slice(heading[0].length);
    }
    if (text === "" || text === nestedFollow) continue;
    const [, quoted, rest] = /^'([^']*)' (.+)$/.exec(text) ?? [];
    if (quoted === undefined || rest === undefined) {
      said.push(heading === null ? withPath(text) : `${component.join("::")}: ${text}`);
    } else if (rest === nestedFollow) {
      field = fieldPath(quoted);
    } else {
      said.push(aboutField([...component, ...field], fieldPath(quoted), rest));
    }
  }
  return said.join("\n").slice(0, longest);
};

const longest = 4000;
const nestedFollow = "decoding failed due to the following error(s):";

const prefixes = new RegExp(
  `^(?:${[
    "Error: ",
    "failed to get config: ",
    "invalid configuration: ",
    "cannot unmarshal the configuration: ",
    "cannot resolve the configuration: ",
    "cannot retrieve the configuration: ",
    "cannot start pipelines: ",
    "failed to build pipelines: ",
    "failed to build extensions: ",
    "failed to start extensions: ",
    "failed to setup configuration components: ",
    "retrieved value \\(type=\\S+\\) cannot be used as a Conf: ",
    "assuming string type since contents are not valid YAML: ",
  ].join("|")})+`,
);

/** mapstructure's messages: `'<field>' <what>`. */
const aboutField = (at: readonly string[], path: readonly string[], what: string): string => {
  const unknownType = /^unknown type: "([^"]*)" for id: "([^"]*)"/.exec(what);
  if (unknownType !== null) {
    return `${[...path, unknownType[2]].join("::")}: this Collector has no component type "${unknownType[1]}"`;
  }
  const whole = [...at, ...path].join("::");
  const words = what.replace(/^has invalid keys: /, "unknown key ");
  return whole === "" ? words : `${whole}: ${words}`;
};

/** Messages of components that name themselves in a sentence. */
const withPath = (text: string): string => {
  const kinds = "receiver|processor|exporter|connector|extension";
  const idFirst = new RegExp(`^failed to (?:create|start) "([^"]+)" (${kinds})\\b,?([^:]*): (.*)$`).exec(text);
  if (idFirst !== null) {
    const [, id = "", kind = "", where = "", rest = ""] = idFirst;
    return `${kind}s::${id}: ${rest}${where.trim() === "" ? "" : ` (${where.trim()})`}`;
  }
  const kindFirst = new RegExp(`^failed to (?:create|build|start) (${kinds}) "([^"]+)": (.*)$`).exec(text);
  if (kindFirst !== null) return `${kindFirst[1]}s::${kindFirst[2]}: ${kindFirst[3]}`;
  const connector = /^connector "([^"]+)" (used as .*)$/.exec(text);
  if (connector !== null) return `connectors::${connector[1]}: ${connector[2]}`;
  return text.startsWith("yaml: ") ? `not valid YAML: ${text.slice("yaml: ".length)}` : text;
};

/** `readers[0].pull` → readers, 0, pull. A Go type (`debugexporter.Config`) stands for its whole component. */
const fieldPath = (written: string): readonly string[] =>
  /^\w+\.(?:[A-Z]\w*|configSettings)$/.test(written) ? [] : written.split(/::|[.[\]]+/).filter((part) => part !== "");

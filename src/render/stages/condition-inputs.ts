import type { Place } from "../../cel/condition.ts";
import { commonInputs, type InputAlias, inputAliases, sideOfPlainKey } from "../../dataplane/condition-inputs.ts";
import type { DataPlaneProfile } from "../../dataplane/profile.ts";
import { attribute, quoted, resourceAttribute } from "../ottl.ts";
import { stamps } from "../stamps.ts";
import type { AskableContext } from "./condition-terms.ts";

type Group = {
  readonly context: AskableContext;
  readonly conditions?: readonly string[];
  readonly statements: readonly string[];
};

/** Proxies write "-" where a value is absent. */
const isText = (path: string): string => `IsString(${path}) and ${path} != "-"`;

const url = "^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://[^/?#]*(?P<target>/[^#]*)";
const port = ":(?P<port>[0-9]{1,5})$";

const extract = (from: string, pattern: string, group: string): string =>
  `ExtractPatterns(${from}, ${quoted(pattern)})["${group}"]`;

/** One source of an input as guarded statements; an unfit value leaves it absent. */
const convert = (context: AskableContext, { to: key, from: source, as }: InputAlias): readonly string[] => {
  const [to, from] = [attribute(context, stamps.input(key)), attribute(context, source)];
  const set = (value: string, ...guards: readonly string[]): string =>
    `set(${to}, ${value}) where ${[`${to} == nil`, ...guards].join(" and ")}`;
  const where = (pattern: string): readonly string[] => [`IsString(${from})`, `IsMatch(${from}, ${quoted(pattern)})`];
  switch (as) {
    case "text":
      return [set(from, isText(from))];
    case "integer":
      return [set(from, `IsInt(${from})`), set(`Int(${from})`, `IsString(${from})`, `Int(${from}) != nil`)];
    case "httpVersion":
      return [
        ...["2", "3"].map((version) => set(`"HTTP/${version}"`, `${from} == "HTTP/${version}.0"`)),
        set(from, `IsString(${from})`, `IsMatch(${from}, "^HTTP/[0-9]")`),
      ];
    case "targetOfUrl":
      return [set(extract(from, url, "target"), ...where(url))];
    case "schemeOfUrl":
      return [set(extract(from, url, "scheme"), ...where(url))];
    case "portOfAddress":
      return [set(`Int(${extract(from, port, "port")})`, ...where(port))];
    case "anyFlag":
      return [set("false", `${from} == "-"`), set("true", `IsString(${from})`, `${from} != "-"`, `${from} != ""`)];
  }
};

const query = "^[^?]*[?](?P<query>[^#]*)";

/** What is put together from several values, after every single source was tried. */
const composed = (context: AskableContext, key: string): readonly string[] => {
  const at = (name: string): string => attribute(context, name);
  const to = at(stamps.input(key));
  const set = (value: string, ...guards: readonly string[]): string =>
    `set(${to}, ${value}) where ${[`${to} == nil`, ...guards].join(" and ")}`;
  switch (key) {
    case "http.target": {
      const [path, search] = [at("url.path"), at("url.query")];
      return [
        set(`Concat([${path}, "?", ${search}], "")`, `IsString(${path})`, `IsString(${search})`, `${search} != ""`),
        set(path, `IsString(${path})`),
      ];
    }
    case "url.query": {
      const target = at(stamps.input("http.target"));
      return [
        set(extract(target, query, "query"), `IsString(${target})`, `IsMatch(${target}, ${quoted(query)})`),
        // Envoy: a path without a query has an empty one.
        set('""', `IsString(${target})`),
      ];
    }
    case "network.protocol":
      return ["network.protocol.version", "http.flavor"].map((name) =>
        set(`Concat(["HTTP/", ${at(name)}], "")`, `IsString(${at(name)})`, `IsMatch(${at(name)}, "^[0-9]")`),
      );
    default:
      return [];
  }
};

/** A header as semantic conventions have it: a list, as it may occur more than once, or a text. Envoy joins with commas. */
const conventionalHeader = (
  context: AskableContext,
  { side, name }: Extract<Place, { kind: "header" }>,
): readonly string[] => {
  const to = attribute(context, stamps.input(`${side}.header.${name}`));
  const from = attribute(context, `http.${side}.header.${name}`);
  const joined = [1, 2, 3, 4].map((length) => {
    const items = Array.from({ length }, (_, index) => `${from}[${index}]`);
    const guards = items.map((item) => ` and IsString(${item})`).join("");
    return `set(${to}, Concat([${items.join(", ")}], ",")) where ${to} == nil and IsList(${from}) and Len(${from}) == ${length}${guards}`;
  });
  return [`set(${to}, ${from}) where ${to} == nil and ${isText(from)}`, ...joined];
};

const plainHeader = (
  context: AskableContext,
  profile: DataPlaneProfile,
  { side, name }: Extract<Place, { kind: "header" }>,
): readonly string[] => {
  const to = attribute(context, stamps.input(`${side}.header.${name}`));
  if (sideOfPlainKey(name) !== side) return [];
  return profile.headerKeys[context === "span" ? "traces" : "logs"].flatMap((pattern) => {
    if (pattern.startsWith("http.")) return [];
    const from = attribute(context, pattern.replace("*", name));
    return [`set(${to}, ${from}) where ${to} == nil and ${isText(from)}`];
  });
};

/** The key of an input, or null for what normalisation provides anyway. */
const inputKey = (place: Place): string | null =>
  place.kind === "input" ? place.key : place.kind === "header" ? `${place.side}.header.${place.name}` : null;

/**
 * Statements that put every value which these conditions ask for, and normalisation does not provide, where the
 * conditions read it. What a record itself brings under that name is not believed.
 */
export const inputGroups = (
  profiles: readonly DataPlaneProfile[],
  context: AskableContext,
  places: readonly Place[],
): readonly Group[] => {
  const asked = places.filter((place) => inputKey(place) !== null);
  // A query is cut from the target.
  const wantsTarget = asked.some((place) => place.kind === "input" && place.key === "url.query");
  const hasTarget = asked.some((place) => place.kind === "input" && place.key === "http.target");
  const all: readonly Place[] = wantsTarget && !hasTarget ? [{ kind: "input", key: "http.target" }, ...asked] : asked;
  if (all.length === 0) return [];
  const keys = all.flatMap((place) => (place.kind === "input" ? [place.key] : [])).sort();
  const headers = all.flatMap((place) => (place.kind === "header" ? [place] : []));
  const own = keys.map((key) => {
    const to = attribute(context, stamps.input(key));
    return `set(${to}, ${attribute(context, key)}) where ${attribute(context, key)} != nil`;
  });
  const first: Group = {
    context,
    statements: [
      ...all.map((place) => `delete_key(${context}.attributes, ${quoted(stamps.input(inputKey(place) ?? ""))})`),
      ...own,
      ...headers.flatMap((header) => conventionalHeader(context, header)),
    ],
  };
  const perProfile = profiles.map(
    (profile): Group => ({
      context,
      ...(profiles.length === 1 ? {} : { conditions: [`${resourceAttribute(stamps.via)} == ${quoted(profile.name)}`] }),
      statements: [
        ...inputAliases(profile, context)
          .filter(({ to }) => keys.includes(to))
          .flatMap((alias) => convert(context, alias)),
        ...headers.flatMap((header) => plainHeader(context, profile, header)),
      ],
    }),
  );
  const last: Group = {
    context,
    statements: [
      ...commonInputs.filter(({ to }) => keys.includes(to)).flatMap((alias) => convert(context, alias)),
      // In this order: a query is cut from a target that is complete.
      ...["http.target", "url.query", "network.protocol"]
        .filter((key) => keys.includes(key))
        .flatMap((key) => composed(context, key)),
    ],
  };
  return [first, ...perProfile, last].filter(({ statements }) => statements.length > 0);
};

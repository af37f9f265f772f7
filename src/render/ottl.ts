/** A dollar sign in a config value is doubled, or the Collector would expand what follows it. */
export const configText = (text: string): string => text.toWellFormed().replaceAll("$", "$$$$");

/**
 * Any text → an OTTL string literal that evaluates to exactly that text. JSON's escapes are a subset of Go's once no
 * lone surrogate is left; the dollar sign is doubled for the config around it.
 */
export const quoted = (text: string): string => configText(JSON.stringify(text.toWellFormed()));

/** Regular expression (RE2) that matches exactly this text. */
export const literally = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");

export const resourceAttribute = (key: string): string => `resource.attributes[${quoted(key)}]`;

/** The contexts a record can be in. */
export type RecordContext = "span" | "log" | "datapoint";

export const attribute = (context: RecordContext, key: string): string => `${context}.attributes[${quoted(key)}]`;

/** `a and b and …`, each in parentheses where it holds an `or`. */
export const allOf = (conditions: readonly string[]): string =>
  conditions.length === 1
    ? (conditions[0] ?? "true")
    : conditions.map((condition) => (condition.includes(" or ") ? `(${condition})` : condition)).join(" and ");

export const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 1 ? (conditions[0] ?? "false") : conditions.map((condition) => `(${condition})`).join(" or ");

/** Pattern of exactly one of these texts. */
export const patternOf = (texts: readonly string[]): string => quoted(`^(?:${texts.map(literally).join("|")})$`);

/** Whether the text at `path` is one of these; a comparison each would be read at every start of a core. */
export const isOneOf = (path: string, texts: readonly string[]): string =>
  texts.length === 1 ? `${path} == ${quoted(texts[0] ?? "")}` : `IsMatch(${path}, ${patternOf(texts)})`;

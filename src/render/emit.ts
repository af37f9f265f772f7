import { stringify } from "yaml";
import type { Json } from "../base/canonical.ts";

/** Keys that YAML 1.1 readers take for something else, or that need no thought at all when quoted. */
const plainKey = /^[a-z][a-z_]*(\/[a-z0-9_.-]+)?$/;
const reserved = new Set(["on", "off", "yes", "no", "y", "n", "true", "false", "null"]);

/** Characters that Go's YAML reader refuses or misreads inside double quotes unless they are escaped. */
const unsafe = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

const escaped = (text: string): string =>
  text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * Data → YAML that Go's YAML 1.1-leaning reader understands exactly as meant: every string value double-quoted, so that
 * nothing is ever mistaken for a number, a date or a tag.
 */
export const emitYaml = (value: Json): string => {
  const text = stringify(value, {
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "QUOTE_DOUBLE",
    lineWidth: 0,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    aliasDuplicateObjects: false,
  });
  // Unquoting safe keys is for the reader's eye only.
  const readable = text.replace(/^(\s*(?:- )?)"([^"\\]*)":(?=\s|$)/gm, (line, lead: string, key: string) =>
    plainKey.test(key) && !reserved.has(key) ? `${lead}${key}:` : line,
  );
  return escaped(readable);
};

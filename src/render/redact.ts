import { nestedCalls } from "../genai/aliases.ts";
import { contentPattern } from "../genai/content.ts";
import { credentialHeaders } from "../plan/credentials.ts";
import { quoted, type RecordContext } from "./ottl.ts";

const credentials = `(?:http\\.(?:request|response)\\.header\\.)?(?:${credentialHeaders.join("|")})`;
const patternOf = (keepsContent: boolean): string =>
  keepsContent ? `^(?:${credentials})$` : `^(?:${credentials}|${contentPattern})$`;

/** Events that are log records: what was said stands in their body. */
const redactEventRecords: readonly string[] = [
  `set(log.body, "") where IsMatch(log.event_name, "^gen_ai\\\\.")`,
  `set(log.body, "") where IsString(log.attributes["event.name"]) and IsMatch(log.attributes["event.name"], "^gen_ai\\\\.")`,
];

/** Removes what must never leave the pipeline from a governed record. */
export const redactStatements = (context: RecordContext, keepsContent: boolean): readonly string[] => [
  `delete_matching_keys(${context}.attributes, ${quoted(patternOf(keepsContent))})`,
  ...(context === "log" && !keepsContent ? redactEventRecords : []),
];

/** The same for events of spans, which older conventions put messages in: there these keys hold what was said as well. */
export const redactEvents = (keepsContent: boolean): readonly string[] => [
  `delete_matching_keys(spanevent.attributes, ${quoted(patternOf(keepsContent))})`,
  ...(keepsContent
    ? []
    : [
        `delete_matching_keys(spanevent.attributes, ${quoted("^(?:content|message|body)$")}) where IsMatch(spanevent.name, "^gen_ai\\\\.")`,
      ]),
];

const roots = ["log.attributes", "log.body"].map((holder) => `${holder}[${quoted(nestedCalls.root)}]`);
const isThere = (root: string): string =>
  root.startsWith("log.body") ? `IsMap(log.body) and IsMap(${root})` : `IsMap(${root})`;

/** The same for what Kong's log plugins write as objects inside objects. */
export const redactNested: {
  readonly context: string;
  readonly conditions: readonly string[];
  readonly statements: readonly string[];
} = {
  context: "log",
  conditions: roots.map(isThere),
  statements: roots.flatMap((root) =>
    [...nestedCalls.under, "mcp"].map((key) => {
      const path = `${root}[${quoted(key)}]`;
      return `delete_matching_keys(${path}, ${quoted("^(?:payload|audit)$")}) where ${isThere(root)} and IsMap(${path})`;
    }),
  ),
};

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

/** The same for events of spans, which older conventions put messages in. */
export const redactEvents = (keepsContent: boolean): readonly string[] => [
  ...(keepsContent
    ? []
    : [
        `delete_matching_keys(spanevent.attributes, ${quoted(`^(?:content|message|body|${contentPattern})$`)}) where IsMatch(spanevent.name, "^gen_ai\\\\.")`,
      ]),
  `delete_matching_keys(spanevent.attributes, ${quoted(patternOf(keepsContent))})`,
];

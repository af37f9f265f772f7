import { contentPattern } from "../genai/content.ts";
import { credentialHeaders } from "../plan/credentials.ts";
import { quoted, type RecordContext } from "./ottl.ts";

const pattern = `^(?:(?:http\\.(?:request|response)\\.header\\.)?(?:${credentialHeaders.join("|")})|${contentPattern})$`;

/** Events that are log records: what was said stands in their body. */
const redactEventRecords: readonly string[] = [
  `set(log.body, "") where IsMatch(log.event_name, "^gen_ai\\\\.")`,
  `set(log.body, "") where IsString(log.attributes["event.name"]) and IsMatch(log.attributes["event.name"], "^gen_ai\\\\.")`,
];

/** Removes what must never leave the pipeline from a governed record. */
export const redactStatements = (context: RecordContext): readonly string[] => [
  `delete_matching_keys(${context}.attributes, ${quoted(pattern)})`,
  ...(context === "log" ? redactEventRecords : []),
];

/** The same for events of spans, which older conventions put messages in. */
export const redactEvents: readonly string[] = [
  `delete_matching_keys(spanevent.attributes, ${quoted(`^(?:content|message|body|${contentPattern})$`)}) where IsMatch(spanevent.name, "^gen_ai\\\\.")`,
  `delete_matching_keys(spanevent.attributes, ${quoted(pattern)})`,
];

import { credentialHeaders } from "../plan/credentials.ts";
import { quoted, type RecordContext } from "./ottl.ts";

/** Prompts, completions, tool arguments and results in the conventions that carry them. Source: the data planes' own attribute tables. */
const content = [
  "gen_ai\\.(?:input|output)\\.messages",
  "gen_ai\\.system_instructions",
  "gen_ai\\.(?:prompt|completion)(?:\\..*)?",
  "gen_ai\\.tool\\.call\\.(?:arguments|result)",
  "(?:input|output)\\.value",
  "llm\\.(?:input_messages|output_messages|prompts|completions)(?:\\..*)?",
  "ai\\.proxy\\.payload(?:\\..*)?",
  "traceloop\\.entity\\.(?:input|output)",
];

const pattern = `^(?:(?:http\\.(?:request|response)\\.header\\.)?(?:${credentialHeaders.join("|")})|${content.join("|")})$`;

/** Removes what must never leave the pipeline from a governed record. */
export const redactStatements = (context: RecordContext): readonly string[] => [
  `delete_matching_keys(${context}.attributes, ${quoted(pattern)})`,
];

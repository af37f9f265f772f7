import { int, type KeyValue, present, text } from "./otlp.ts";
import type { Request } from "./request.ts";

const providerOf = (model: string): { readonly name: string; readonly address: string } =>
  model.startsWith("claude")
    ? { name: "anthropic", address: "api.anthropic.com" }
    : { name: "openai", address: "api.openai.com" };

/** Streamed answers begin after a fifth of their time. */
const firstChunkSeconds = ({ durationUs }: Request): number => durationUs / 5e6;

/** `{operation} {model}`, as the GenAI conventions (1.41) name inference spans. */
export const genAiSpanName = (request: Request): string => `chat ${request.model ?? "unknown"}`;

/** Attributes of an inference span (GenAI conventions 1.41). Input contains cache reads and writes; zero cache parts are left out, as clients do. */
export const genAiAttributes = (request: Request): readonly KeyValue[] => {
  const provider = providerOf(request.model ?? "");
  const { usage } = request;
  return present(
    text("gen_ai.operation.name", "chat"),
    text("gen_ai.provider.name", provider.name),
    request.model === null ? null : text("gen_ai.request.model", request.model),
    request.servedModel === null ? null : text("gen_ai.response.model", request.servedModel),
    usage === null ? null : int("gen_ai.usage.input_tokens", usage.input),
    usage === null ? null : int("gen_ai.usage.output_tokens", usage.output),
    usage === null || usage.cacheRead === 0 ? null : int("gen_ai.usage.cache_read.input_tokens", usage.cacheRead),
    usage === null || usage.cacheWrite === 0 ? null : int("gen_ai.usage.cache_creation.input_tokens", usage.cacheWrite),
    usage === null || usage.reasoning === 0 ? null : int("gen_ai.usage.reasoning.output_tokens", usage.reasoning),
    usage === null ? null : { key: "gen_ai.request.stream", value: { boolValue: true } },
    usage === null
      ? null
      : { key: "gen_ai.response.time_to_first_chunk", value: { doubleValue: firstChunkSeconds(request) } },
    text("server.address", provider.address),
    int("server.port", 443),
  );
};

/** An MCP call is named `{method} {tool}`; a plain tool call `execute_tool {tool}`. */
export const toolSpanName = (request: Request): string =>
  `${request.kind === "mcp" ? "tools/call" : "execute_tool"} ${request.tool ?? "unknown"}`;

/** Attributes of a tool call: GenAI `execute_tool`, and the MCP conventions where it went through MCP. */
export const toolAttributes = (request: Request): readonly KeyValue[] =>
  present(
    text("gen_ai.operation.name", "execute_tool"),
    request.tool === null ? null : text("gen_ai.tool.name", request.tool),
    request.kind === "mcp" ? text("mcp.method.name", "tools/call") : null,
    request.kind === "mcp" ? text("mcp.session.id", `session-${request.traceId.slice(0, 8)}`) : null,
    request.kind === "mcp" ? text("jsonrpc.request.id", request.spanId.slice(0, 4)) : null,
  );

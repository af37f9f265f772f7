/**
 * Attributes that hold what people and models say to each other: prompts, answers, arguments and results of tools,
 * documents. Regular expressions (RE2) for whole keys. They leave no pipeline unless a policy keeps them.
 */
export const contentKeys: readonly { readonly source: string; readonly patterns: readonly string[] }[] = [
  {
    source: "semantic-conventions v1.41.0 and semantic-conventions-genai: attributes that are opt-in for their content",
    patterns: [
      "gen_ai\\.(?:input|output)\\.messages",
      "gen_ai\\.system_instructions",
      "gen_ai\\.(?:prompt|completion)(?:\\..*)?",
      "gen_ai\\.tool\\.(?:call\\.(?:arguments|result)|definitions)",
      "gen_ai\\.retrieval\\.(?:query\\.text|documents)",
      "gen_ai\\.memory\\.records",
      "gen_ai\\.evaluation\\.explanation",
      "gen_ai\\.(?:system|user|assistant|tool)\\.message(?:\\..*)?",
      "gen_ai\\.(?:choice|event\\.content|content\\.prompt|content\\.completion)(?:\\..*)?",
    ],
  },
  {
    source: "@arizeai/openinference-semantic-conventions 2.12.0",
    patterns: [
      "(?:input|output)\\.value",
      "llm\\.(?:input_messages|output_messages|prompts|completions|choices|tools|function_call|prompt_template)(?:\\..*)?",
      "embedding\\.(?:text|vector|embeddings(?:\\..*)?)",
      "(?:retrieval\\.documents|reranker\\.(?:input|output)_documents)(?:\\..*)?",
      "reranker\\.query",
      "tool\\.parameters|tool_call\\.function\\.arguments|tool\\.json_schema",
      "document\\.content|message\\.content|image\\.url|audio\\.(?:url|transcript)",
    ],
  },
  {
    source: "@traceloop/ai-semantic-conventions 0.27.0",
    patterns: ["traceloop\\.entity\\.(?:input|output)", "llm\\.(?:prompt|completion|content)(?:\\..*)?"],
  },
  {
    source: "Vercel AI SDK telemetry",
    patterns: [
      "ai\\.prompt(?:\\..*)?",
      "ai\\.response\\.(?:text|object|toolCalls|reasoning|files)",
      "ai\\.result\\.(?:text|object|toolCalls)",
      "ai\\.toolCall\\.(?:args|input|result|output)",
      "ai\\.(?:value|values|embedding|embeddings)",
    ],
  },
  {
    source: "pydantic-ai and Logfire, Langfuse, Google ADK, Kong, MCP, HTTP bodies",
    patterns: [
      "pydantic_ai\\.all_messages|all_messages(?:_events)?|final_result|tool_arguments|tool_response|model_request_parameters",
      "langfuse\\.(?:observation|trace)\\.(?:input|output)",
      "gcp\\.vertex\\.agent\\.(?:llm_request|llm_response|tool_call_args|tool_response|data)",
      "ai\\.proxy\\.payload(?:\\..*)?|ai\\.mcp\\.(?:payload|audit)(?:\\..*)?",
      "mcp\\.(?:request|response|tool)\\.(?:params|arguments|result|content|body)(?:\\..*)?",
      "http\\.(?:request|response)\\.body(?:\\.(?:content|text))?",
    ],
  },
];

/** One alternation over all of them. */
export const contentPattern: string = contentKeys.flatMap(({ patterns }) => patterns).join("|");

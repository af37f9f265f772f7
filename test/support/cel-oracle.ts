import { Environment } from "@marcbachmann/cel-js";
import type { CelView } from "./cel-records.ts";

const environment = new Environment()
  .registerVariable({
    name: "request",
    schema: {
      ...Object.fromEntries(
        ["path", "url_path", "query", "host", "scheme", "method", "useragent", "protocol", "id", "referer"].map(
          (name) => [name, "string"],
        ),
      ),
      headers: "map<string, string>",
      duration: "google.protobuf.Duration",
      size: "int",
    },
  })
  .registerVariable({
    name: "response",
    schema: {
      code: "int",
      flags: "int",
      size: "int",
      grpc_status: "int",
      code_details: "string",
      headers: "map<string, string>",
    },
  })
  .registerVariable({ name: "upstream", schema: { address: "string", port: "int" } })
  .registerVariable({ name: "xds", schema: { cluster_name: "string" } })
  .registerVariable({
    name: "gen_ai",
    schema: {
      request: { model: "string" },
      provider: { name: "string" },
      usage: { input_tokens: "int", output_tokens: "int" },
    },
  });

type Context = { [name: string]: Context | string | bigint | unknown };

const put = (context: Context, name: string, value: unknown): void => {
  const path = name.split(".");
  const last = path.pop() ?? name;
  let at = context;
  for (const part of path) {
    at[part] ??= {};
    at = at[part] as Context;
  }
  at[last] = value;
};

const contextOf = (view: CelView): Context => {
  const context: Context = {
    request: {},
    response: {},
    upstream: {},
    xds: {},
    gen_ai: { request: {}, provider: {}, usage: {} },
  };
  for (const [name, value] of Object.entries(view.texts)) put(context, name, value);
  for (const [name, value] of Object.entries(view.integers)) put(context, name, BigInt(value));
  put(context, "request.headers", { ...view.headers.request });
  put(context, "response.headers", { ...view.headers.response });
  if (view.duration !== null) put(context, "request.duration", environment.evaluate(`duration("${view.duration}ns")`));
  if (view.flags !== null) put(context, "response.flags", view.flags ? 4n : 0n);
  return context;
};

/** How cel-js decides the expression for each view: true, false, or null for an error. */
export const celJs = (expression: string, views: readonly CelView[]): readonly (boolean | null)[] => {
  const evaluate = environment.parse(expression);
  const checked = evaluate.check();
  if (!checked.valid)
    throw new Error(`the generator made an invalid expression: ${expression}\n${checked.error?.message}`);
  return views.map((view) => {
    try {
      const answer: unknown = evaluate(contextOf(view));
      return typeof answer === "boolean" ? answer : null;
    } catch {
      return null;
    }
  });
};

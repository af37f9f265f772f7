import type { AgentView } from "../agent/view.ts";

/** What a running agent said, or why it said nothing. */
export type Answer = { readonly view: AgentView } | { readonly silence: string };

const patienceMs = 5000;

/** An agent that listens on every address is asked on this machine's own. */
const reachable = (listen: string): string => listen.replace(/^(?:0\.0\.0\.0|\[::\]):/, "127.0.0.1:");

/** GET /api/v1/status of the agent at `listen`. Never rejects. */
export const askAgent = async (listen: string): Promise<Answer> => {
  const url = `http://${reachable(listen)}/api/v1/status`;
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs), redirect: "error" });
    const body = response.ok ? parsed(await response.text()) : null;
    if (isView(body)) return { view: body };
    return { silence: `${url} answers ${response.status}, but not like an agent; is something else listening there?` };
  } catch (error) {
    return { silence: `no agent answers at ${url}: ${reasonOf(error)}` };
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no agent answers like that, which is all the caller asks
  }
};

/** The fields this command reads; a view of another version may have more. */
const isView = (body: unknown): body is AgentView =>
  typeof body === "object" &&
  body !== null &&
  "at" in body &&
  typeof body.at === "string" &&
  "ready" in body &&
  typeof body.ready === "boolean" &&
  "policies" in body &&
  Array.isArray(body.policies) &&
  "live" in body &&
  "lastReload" in body &&
  "collector" in body;

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${patienceMs} ms`;
  const { cause } = error;
  if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") return "nothing listens there";
  return cause instanceof Error ? cause.message : error.message;
};

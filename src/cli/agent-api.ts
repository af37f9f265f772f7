/** What a running agent answered: status and JSON body, or why there is none. */
export type ApiAnswer = { readonly status: number; readonly body: unknown } | { readonly silence: string };

const patienceMs = 60_000;

/** An agent that listens on every address is asked on this machine's own. */
const reachable = (listen: string): string => listen.replace(/^(?:0\.0\.0\.0|\[::\]):/, "127.0.0.1:");

/** One request to the agent at `listen`. Never rejects. */
export const callAgent = async (listen: string, method: "GET" | "POST", path: string): Promise<ApiAnswer> => {
  const url = `http://${reachable(listen)}${path}`;
  try {
    const response = await fetch(url, { method, signal: AbortSignal.timeout(patienceMs), redirect: "error" });
    const text = await response.text();
    const body = parsed(text);
    return body === undefined
      ? { silence: `${url} answers ${response.status}, but not like an agent; is something else listening there?` }
      : { status: response.status, body };
  } catch (error) {
    return { silence: `no agent answers at http://${reachable(listen)}: ${reasonOf(error)}` };
  }
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // no agent answers like that, which is all the caller asks
  }
};

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError") return `nothing within ${patienceMs / 1000} s`;
  const { cause } = error;
  if (cause instanceof Error && "code" in cause && cause.code === "ECONNREFUSED") return "nothing listens there";
  return cause instanceof Error ? cause.message : error.message;
};

import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";

/** What an API server answered: the body is parsed JSON, or null where there was none. */
export type ApiAnswer = { readonly status: number; readonly body: unknown };

/** The little that status writing asks of Kubernetes: no client library, no watch. Rejects when nothing answers. */
export type ApiServer = {
  readonly get: (path: string) => Promise<ApiAnswer>;
  /** Server-side apply, as field manager `otel-policy-agent`, taking over what others own of the same fields. */
  readonly apply: (path: string, object: object) => Promise<ApiAnswer>;
};

const patienceMs = 10_000;
/** A policy and its status are far below this. */
const largestAnswer = 4 * 1024 * 1024;

/**
 * The API server of the cluster this process runs in, by the variables and files every pod has. Null outside a cluster.
 * Token and certificate are read for every request: kubelet replaces both while the pod runs.
 */
export const apiServerOfPod = (env: NodeJS.ProcessEnv, folder: string): ApiServer | null => {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = Number(env["KUBERNETES_SERVICE_PORT"] ?? "443");
  if (host === "" || !Number.isInteger(port)) return null;

  const ask = async (method: "GET" | "PATCH", path: string, object: object | null): Promise<ApiAnswer> => {
    const [token, ca] = await Promise.all([
      readFile(join(folder, "token"), "utf8"),
      readFile(join(folder, "ca.crt"), "utf8"),
    ]);
    // JSON is YAML, and the type of a server-side apply patch is YAML.
    const body = object === null ? null : JSON.stringify(object);
    const headers = {
      accept: "application/json",
      authorization: `Bearer ${token.trim()}`,
      ...(body === null
        ? {}
        : { "content-type": "application/apply-patch+yaml", "content-length": Buffer.byteLength(body) }),
    };
    return new Promise((resolve, reject) => {
      const asked = request({ host, port, path, method, headers, ca, timeout: patienceMs }, (response) => {
        const parts: Buffer[] = [];
        let size = 0;
        response.on("data", (part: Buffer) => {
          size += part.length;
          if (size > largestAnswer)
            response.destroy(new Error(`the answer to ${path} is above ${largestAnswer} bytes`));
          else parts.push(part);
        });
        response.on("error", reject);
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString("utf8")) }),
        );
      });
      asked.on("timeout", () => asked.destroy(new Error(`no answer within ${patienceMs} ms`)));
      asked.on("error", reject);
      asked.end(body ?? undefined);
    });
  };
  return {
    get: (path) => ask("GET", path, null),
    apply: (path, object) => ask("PATCH", `${path}?fieldManager=otel-policy-agent&force=true`, object),
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy in between answers in HTML; the status says enough
  }
};

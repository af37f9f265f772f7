import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** What an API server answered: the body is parsed JSON, or null where there was none. */
export type ApiAnswer = { readonly status: number; readonly body: unknown };

/** The little that is asked of Kubernetes: no client library. Rejects when nothing answers. */
export type ApiServer = {
  /** `metadata`: of a list, nothing else of its objects. */
  readonly get: (path: string, what?: "all" | "metadata") => Promise<ApiAnswer>;
  /** Calls back whenever something in the list changed, or may have while nobody listened. Answers what ends that. */
  readonly follow: (path: string, onHint: () => void) => () => void;
  /** Who `apply` says it is. */
  readonly manager: () => Promise<string>;
  /** Server-side apply, as that field manager, taking over what others own of the same fields. */
  readonly apply: (path: string, object: object) => Promise<ApiAnswer>;
};

const patienceMs = 10_000;
/** A watch ends by itself after this, so that none hangs on a connection that is dead. */
const watchSeconds = 240;
const watchAgainMs = 2000;

const metadataOnly = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

/**
 * Who writes: with the namespace, since two installations may look after one cluster's policies, and one must not take
 * back what the other says.
 */
const fieldManager = async (folder: string): Promise<string> => {
  const namespace = await readFile(join(folder, "namespace"), "utf8").catch(() => ""); // not in a pod
  return `otel-policy-agent${namespace === "" ? "" : `.${namespace.trim()}`}`;
};
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

  const credentials = async (): Promise<{ readonly authorization: string; readonly ca: string }> => {
    const [token, ca] = await Promise.all(["token", "ca.crt"].map((name) => readFile(join(folder, name), "utf8")));
    return { authorization: `Bearer ${(token ?? "").trim()}`, ca: ca ?? "" };
  };
  const ask = async (
    method: "GET" | "PATCH",
    path: string,
    object: object | null,
    accept = "application/json",
  ): Promise<ApiAnswer> => {
    const { authorization, ca } = await credentials();
    // JSON is YAML, and the type of a server-side apply patch is YAML.
    const body = object === null ? null : JSON.stringify(object);
    const headers = {
      accept,
      authorization,
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
  const watch = async (path: string, onHint: () => void, signal: AbortSignal): Promise<void> => {
    const { authorization, ca } = await credentials();
    const headers = { accept: metadataOnly("PartialObjectMetadata"), authorization };
    const whole = `${path}&watch=true&timeoutSeconds=${watchSeconds}&resourceVersion=0`;
    return new Promise((resolve) => {
      const asked = request({ host, port, path: whole, headers, ca, signal }, (response) => {
        response.on("data", onHint); // what changed is asked for, not read here
        response.on("error", () => resolve());
        response.on("end", resolve);
      });
      asked.on("error", () => resolve());
      asked.end();
    });
  };
  return {
    get: (path, what = "all") =>
      ask("GET", path, null, what === "all" ? "application/json" : metadataOnly("PartialObjectMetadataList")),
    apply: async (path, object) =>
      ask("PATCH", `${path}?fieldManager=${encodeURIComponent(await fieldManager(folder))}&force=true`, object),
    manager: () => fieldManager(folder),
    follow: (path, onHint) => {
      const stop = new AbortController();
      const forever = async (): Promise<void> => {
        while (!stop.signal.aborted) {
          await watch(path, onHint, stop.signal).catch(() => {}); // it is asked for again, and polled besides
          if (stop.signal.aborted) return;
          await wait(watchAgainMs, undefined, { signal: stop.signal, ref: false }).catch(() => {}); // it was ended
          onHint();
        }
      };
      void forever();
      return () => stop.abort();
    },
  };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy in between answers in HTML; the status says enough
  }
};

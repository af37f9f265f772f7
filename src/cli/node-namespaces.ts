import { readFile } from "node:fs/promises";
import type { NamespaceSource } from "../agent/node-namespaces.ts";
import type { Call } from "./command.ts";
import * as flag from "./flag-table.ts";
import { UsageError } from "./usage-error.ts";

/** `--node-namespaces` → who knows the namespaces with pods on this node; null: nobody is asked. */
export const namespaceSource = async ({ flags, terminal, parts }: Call): Promise<NamespaceSource | null> => {
  const where = flags.get(flag.nodeNamespaces);
  if (where === null || where === "") return null;
  if (where !== "auto") return { read: () => namesIn(where), follow: null };
  const node = flags.get(flag.nodeName);
  if (node === null) throw new UsageError("--node-namespaces auto needs to know the node: --node-name NAME");
  const { apiServerOfPod, podsOfNode } = await parts.statusWriter();
  const api = apiServerOfPod(terminal.env, flags.get(flag.serviceAccount));
  if (api === null)
    throw new UsageError(
      "--node-namespaces auto works in a cluster only: KUBERNETES_SERVICE_HOST says where its API server is",
    );
  return podsOfNode(api, node);
};

/** One name a line; # begins a comment. */
const namesIn = async (path: string): Promise<ReadonlySet<string>> => {
  const text = await readFile(path, "utf8");
  return new Set(
    text
      .split("\n")
      .map((line) => line.replace(/#.*/, "").trim())
      .filter((name) => name !== ""),
  );
};

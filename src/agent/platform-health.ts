import { get } from "node:http";
import type { Proposal } from "./machine.ts";

export type HealthAddress = { readonly host: string; readonly port: number };

/** The health check of the platform's own config, where it has one at a fixed address. */
export const healthAddress = ({ config }: Proposal): HealthAddress | null => {
  const extensions = config?.["extensions"];
  if (typeof extensions !== "object" || extensions === null || Array.isArray(extensions)) return null;
  for (const [id, body] of Object.entries(extensions)) {
    if (id.split("/")[0] !== "health_check") continue;
    const endpoint =
      typeof body === "object" && body !== null && "endpoint" in body ? String(body.endpoint) : "localhost:13133";
    const [, host = "", port] = /^(.*):(\d+)$/.exec(endpoint) ?? [];
    if (port !== undefined) return { host: host === "0.0.0.0" || host === "" ? "127.0.0.1" : host, port: Number(port) };
  }
  return null;
};

export const answersWell = ({ host, port }: HealthAddress): Promise<boolean> =>
  new Promise((resolve) => {
    const asked = get({ host, port, path: "/", agent: false, timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(false));
  });

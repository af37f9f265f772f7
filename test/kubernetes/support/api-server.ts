import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../support/free-port.ts";
import { poll } from "../../support/poll.ts";

const binary = fileURLToPath(new URL("../../../build/kube-apiserver", import.meta.url));

export type Answer = { readonly status: number; readonly body: unknown; readonly text: string };

/** A real API server with nothing behind it but etcd: no kubelet runs what it holds. */
export type ApiServer = {
  readonly url: string;
  readonly port: number;
  /** PEM. */
  readonly certificate: string;
  /** Of a member of system:masters. */
  readonly token: string;
  readonly ask: (method: string, path: string, body?: unknown, options?: AskOptions) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

export type AskOptions = { readonly contentType?: string; readonly token?: string };

const token = "admin-of-the-test";

export const startApiServer = async (): Promise<ApiServer> => {
  if (!existsSync(binary)) throw new Error("build/kube-apiserver is missing: node scripts/kube.ts");
  const folder = mkdtempSync(join(tmpdir(), "otel-policy-kube-"));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  execFileSync("openssl", ["genrsa", "-out", join(folder, "sa.key"), "2048"], { stdio: "ignore" });
  execFileSync("openssl", ["rsa", "-in", join(folder, "sa.key"), "-pubout", "-out", join(folder, "sa.pub")], {
    stdio: "ignore",
  });
  writeFileSync(join(folder, "tokens.csv"), `${token},admin,1,"system:masters"\n`);
  const etcd = start(folder, "etcd", [
    ...["--data-dir", join(folder, "etcd"), "--unsafe-no-fsync"],
    ...["--listen-client-urls", `http://127.0.0.1:${client}`, "--advertise-client-urls", `http://127.0.0.1:${client}`],
    ...["--listen-peer-urls", `http://127.0.0.1:${peer}`, "--initial-advertise-peer-urls", `http://127.0.0.1:${peer}`],
    ...["--initial-cluster", `default=http://127.0.0.1:${peer}`],
  ]);
  const server = start(folder, binary, [
    `--etcd-servers=http://127.0.0.1:${client}`,
    `--secure-port=${port}`,
    "--bind-address=127.0.0.1",
    `--cert-dir=${join(folder, "certs")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${join(folder, "sa.pub")}`,
    `--service-account-signing-key-file=${join(folder, "sa.key")}`,
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    // Without a controller manager nobody makes the ServiceAccount that pods would need.
    "--disable-admission-plugins=ServiceAccount",
  ]);
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 8 });
  const ask: ApiServer["ask"] = (method, path, body, options = {}) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${options.token ?? token}`,
        accept: "application/json",
        ...(body === undefined ? {} : { "content-type": options.contentType ?? "application/json" }),
      };
      const asked = request({ host: "127.0.0.1", port, path, method, headers, agent }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(parts).toString("utf8");
          resolve({ status: response.statusCode ?? 0, body: parsed(text), text });
        });
      });
      asked.on("error", reject);
      asked.end(body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body));
    });
  const stop = async (): Promise<void> => {
    agent.destroy();
    await end(server);
    await end(etcd);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await poll(
      "a ready API server",
      async () => (await ask("GET", "/readyz").catch(() => null))?.status === 200,
      60_000,
      100,
    );
  } catch (error) {
    const words = readFileSync(join(folder, "kube-apiserver.log"), "utf8").slice(-2000);
    await stop();
    throw new Error(words, { cause: error });
  }
  const certificate = readFileSync(join(folder, "certs/apiserver.crt"), "utf8");
  return { url: `https://127.0.0.1:${port}`, port, certificate, token, ask, stop };
};

const start = (folder: string, command: string, args: readonly string[]): ChildProcess => {
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  child.stderr?.pipe(createWriteStream(join(folder, `${command.split("/").at(-1)}.log`)));
  return child;
};

const end = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once("exit", () => resolve());
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5000).unref();
  });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null; // /readyz and the like answer in plain text
  }
};

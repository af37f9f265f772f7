// Asks the agent of this network until it is ready, or "not ready"; prints the status view.
import { poll } from "../../support/poll.ts";

const [wanted = "ready", deadlineMs = "20000"] = process.argv.slice(2);
const ask = async (path: string): Promise<Response | null> => fetch(`http://127.0.0.1:13134${path}`).catch(() => null);

const view = await poll(
  wanted,
  async () => {
    if (wanted === "not ready") return (await ask("/readyz"))?.status === 503 ? "null" : null;
    if ((await ask("/readyz"))?.status !== 200) return null;
    const text = await (await ask("/api/v1/status"))?.text();
    return text !== undefined && (wanted === "ready" || text.includes(wanted)) ? text : null;
  },
  Number(deadlineMs),
  10,
);
process.stdout.write(`${view.trim()}\n`);

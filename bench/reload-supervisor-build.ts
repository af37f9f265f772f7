import { fileURLToPath } from "node:url";
import { buildProgram } from "../scripts/otelcol/build.ts";

const path = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));
const folder = path("bench/opampsupervisor");

export const supervisorPath: string = path("build/opampsupervisor");
export const opampServerPath: string = path("build/opamp-server");

const programs = [
  {
    name: "opampsupervisor",
    target: "github.com/open-telemetry/opentelemetry-collector-contrib/cmd/opampsupervisor",
    output: supervisorPath,
  },
  { name: "opamp-server", target: ".", output: opampServerPath },
] as const;

/** Builds the supervisor and the server that feeds it, unless they are up to date; answers why it cannot, or null. */
export const buildSupervisor = async (): Promise<string | null> => {
  for (const program of programs) {
    const { kind, words } = await buildProgram({ folder, ...program });
    if (kind === "missing") return `it is built with Go 1.25 or newer, and ${words}`;
    if (kind === "failed") {
      process.stderr.write(`${words}\n`);
      return `its build failed; try "go build ${program.target}" in bench/opampsupervisor`;
    }
    process.stderr.write(`${words}\n`);
  }
  return null;
};

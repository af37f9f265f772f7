import { mkdirSync, writeFileSync } from "node:fs";
import { documents } from "./dashboards/documents.ts";

// Panel model → templates/grafana and templates/prometheus. A test fails when they are not up to date.
const folder = new URL("../templates/", import.meta.url);
for (const [path, text] of documents()) {
  const file = new URL(path, folder);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, text);
}

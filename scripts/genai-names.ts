import { mkdirSync, writeFileSync } from "node:fs";
import { namesDocument } from "../src/genai/names-document.ts";

// The alias table as documentation → docs/genai-names.md. A test fails when it is not up to date.
const folder = new URL("../docs/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL("genai-names.md", folder), namesDocument());

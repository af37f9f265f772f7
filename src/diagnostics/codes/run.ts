import { row } from "../code-table.ts";

export const runCodes = {} as const;

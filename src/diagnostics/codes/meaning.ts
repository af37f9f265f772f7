import { row } from "../code-table.ts";

export const meaningCodes = {} as const;

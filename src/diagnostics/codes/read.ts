import { row } from "../code-table.ts";

export const readCodes = {} as const;

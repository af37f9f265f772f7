import { row } from "../code-table.ts";

export const resolveCodes = {} as const;

import { bugCodes } from "./codes/bug.ts";
import { celCodes } from "./codes/cel.ts";
import { meaningCodes } from "./codes/meaning.ts";
import { migrateCodes } from "./codes/migrate.ts";
import { policyTestCodes } from "./codes/policy-test.ts";
import { readCodes } from "./codes/read.ts";
import { renderCodes } from "./codes/render.ts";
import { resolveCodes } from "./codes/resolve.ts";
import { runCodes } from "./codes/run.ts";
import { shapeCodes } from "./codes/shape.ts";

/** Every diagnostic this tool can give, by code. Codes are never reused. */
export const codes = {
  ...readCodes, // TP1xxx  text and YAML
  ...shapeCodes, // TP20xx  one policy by itself: its shape
  ...meaningCodes, // TP2xxx  … and its meaning
  ...celCodes, // TP28xx  conditions in CEL
  ...resolveCodes, // TP3xxx  policies among each other and their targets
  ...renderCodes, // TP4xxx  plan and Collector config
  ...runCodes, // TP5xxx  the running Collector
  ...migrateCodes, // TP6xxx  native manifests and their migration
  ...policyTestCodes, // TP7xxx  tests of policies
  ...bugCodes, // TP9xxx  our own mistakes
} as const;

export type Code = keyof typeof codes;

export type ArgsOf<C extends Code> = Parameters<(typeof codes)[C]["message"]>[0];

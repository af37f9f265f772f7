import { describe, test } from "node:test";
import { envoyMissing } from "./envoy.ts";

/** A suite that needs Envoy. Without one it is a test that is skipped and says why: suites are not counted. */
export const describeWithEnvoy = (name: string, suite: () => void): void => {
  if (envoyMissing === null) describe(name, suite);
  else test(name, { skip: envoyMissing }, () => {});
};

import assert from "node:assert/strict";
import { poll } from "../../support/poll.ts";
import type { ApiServer } from "./api-server.ts";

const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Creates them and waits until objects of their kinds are served. */
export const installCrds = async (server: ApiServer, definitions: readonly object[]): Promise<void> => {
  for (const definition of definitions) {
    const { status, text } = await server.ask("POST", crds, definition);
    assert.equal(status, 201, text);
    const name = String(at(definition, "metadata", "name"));
    await poll(
      `${name} to be established`,
      async () => {
        const { body } = await server.ask("GET", `${crds}/${name}`);
        const conditions = at(body, "status", "conditions");
        const says = (type: string): unknown =>
          Array.isArray(conditions) ? conditions.find((condition) => at(condition, "type") === type) : undefined;
        assert.equal(says("NonStructuralSchema"), undefined, JSON.stringify(conditions));
        return at(says("Established"), "status") === "True";
      },
      20_000,
      50,
    );
    const path = `/apis/${at(definition, "spec", "group")}/${at(definition, "spec", "versions", "0", "name")}/telemetrypolicies`;
    await poll(`${path} to be served`, async () => (await server.ask("GET", path)).status === 200, 20_000, 50);
  }
};

/** Where an object of a namespaced kind is created. */
export const createPath = (policy: object): string =>
  `/apis/${at(policy, "apiVersion")}/namespaces/${at(policy, "metadata", "namespace")}/telemetrypolicies`;

/** A value inside parsed JSON, or undefined. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inside, key) => (typeof inside === "object" && inside !== null ? Reflect.get(inside, key) : undefined),
    value,
  );

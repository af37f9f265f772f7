import type { Dialect } from "../../src/policy/types.ts";
import { vocabulary } from "../../src/policy/vocabulary.ts";
import { rulesOf } from "./blocks.ts";
import { flag, list, type Schema } from "./json-schema.ts";
import { leafOf } from "./leaves.ts";

/** The schema of `spec`: every field of the vocabulary, once. */
export const specSchema = (dialect: Dialect): Schema => blockSchema(dialect, "");

const blockSchema = (dialect: Dialect, block: string): Schema => {
  const names = vocabulary[dialect][block];
  if (names === undefined) throw new Error(`dialect ${dialect} has no block ${block}`);
  const { required, rules, aliasEnable } = rulesOf(dialect, block);
  const properties = Object.fromEntries(
    [...names.own, ...names.extension].map((name) => {
      const schema = fieldSchema(dialect, block === "" ? name : `${block}.${name}`);
      return [name, names.extension.includes(name) ? noted(schema) : schema];
    }),
  );
  const alias = aliasEnable ? { enable: { ...flag, description: "Read as enabled." } } : {};
  return {
    type: "object",
    ...(required === undefined ? {} : { required }),
    ...(rules === undefined ? {} : { "x-kubernetes-validations": rules }),
    properties: { ...properties, ...alias },
  };
};

const fieldSchema = (dialect: Dialect, path: string): Schema => {
  if (vocabulary[dialect][path] !== undefined) return blockSchema(dialect, path);
  const item = `${path}[]`;
  if (vocabulary[dialect][item] === undefined) return leafOf(dialect, path);
  const { list: more } = rulesOf(dialect, item);
  return list(blockSchema(dialect, item), 128, more);
};

const noted = (schema: Schema): Schema => ({ description: "Extension of otel-policy; not portable.", ...schema });

/** The part of OpenAPI v3 that a CustomResourceDefinition may hold ("structural schema"). */
export type Schema = {
  readonly type: "object" | "array" | "string" | "integer" | "number" | "boolean";
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: "int32" | "int64" | "date-time";
  readonly minimum?: number;
  readonly exclusiveMinimum?: boolean;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly "x-kubernetes-list-type"?: "atomic" | "set" | "map";
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-validations"?: readonly Rule[];
};

/** A CEL expression over `self` that must hold, and what is said when it does not. */
export type Rule = { readonly rule: string; readonly message: string };

/** Every text is bounded: the API server prices a rule by the largest object it could meet. */
export const text = (min = 1, max = 256, more: Partial<Schema> = {}): Schema => ({
  type: "string",
  ...(min > 0 ? { minLength: min } : {}),
  maxLength: max,
  ...more,
});

/** The length follows from the words, but the API server does not see that when it prices a rule. */
export const word = (...words: readonly string[]): Schema => ({
  type: "string",
  enum: words,
  maxLength: Math.max(...words.map(({ length }) => length)),
});

export const flag: Schema = { type: "boolean" };

export const list = (items: Schema, max = 128, more: Partial<Schema> = {}): Schema => ({
  type: "array",
  maxItems: max,
  "x-kubernetes-list-type": "atomic",
  ...more,
  items,
});

/** A list in which every entry is there once. */
export const set = (items: Schema, max = 128): Schema => list(items, max, { "x-kubernetes-list-type": "set" });

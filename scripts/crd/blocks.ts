import type { Dialect } from "../../src/policy/types.ts";
import type { Rule, Schema } from "./json-schema.ts";
import { noSignalPathRule, remoteWriteRule } from "./patterns.ts";

/** What holds for a block as a whole, or for a list of them. */
export type BlockRules = {
  readonly required?: readonly string[];
  readonly rules?: readonly Rule[];
  /** `enable` is read as `enabled`: the draft's own example writes it so. */
  readonly aliasEnable?: boolean;
  /** Of the list that the block is an entry of. */
  readonly list?: Partial<Schema>;
};

const exactlyOne = (...names: readonly string[]): Rule => ({
  rule: `[${names.map((name) => `has(self.${name})`).join(", ")}].filter(given, given).size() == 1`,
  message: `give exactly one of ${names.join(", ")}`,
});

const saidOnce: Rule = { rule: "!(has(self.enable) && has(self.enabled))", message: "enable and enabled say the same" };
const modeOrEnabled: Rule = {
  rule: "!(has(self.mode) && (has(self.enabled) || has(self.enable)))",
  message: "mode and enabled say the same thing twice",
};

const target: BlockRules = {
  required: ["group", "kind", "name"],
  rules: [
    {
      rule: "self.group == (self.kind == 'Gateway' ? 'gateway.networking.k8s.io' : '')",
      message: 'Gateway is in the group gateway.networking.k8s.io, Namespace in ""',
    },
  ],
};
// `namespace` is a word of CEL itself, so the API server has the field under another name.
const noNamespaceOfNamespace: Rule = {
  rule: "self.kind != 'Namespace' || !has(self.__namespace__)",
  message: "a Namespace is cluster-scoped: leave out namespace",
};
const distinctTargets: Rule = {
  rule: "self.all(a, self.exists_one(b, a.kind == b.kind && a.name == b.name && has(a.__namespace__) == has(b.__namespace__) && (!has(a.__namespace__) || a.__namespace__ == b.__namespace__)))",
  message: "targets must be distinct",
};

const fraction: BlockRules = {
  required: ["numerator"],
  rules: [
    {
      rule: "self.numerator <= (has(self.denominator) ? self.denominator : 100)",
      message: "a sampling rate is a probability; it cannot pass 100 %",
    },
  ],
};

const oneSourceOrLimit =
  "(has(self.fromHeader) ? 1 : 0) + (has(self.fromAttribute) ? 1 : 0) + (has(self.value) ? 1 : 0) == 1 || (has(self.limit) && !has(self.fromHeader) && !has(self.fromAttribute) && !has(self.value))";
const dimension: BlockRules = {
  required: ["key"],
  rules: [
    {
      rule: `(has(self.remove) && self.remove ? 1 : 0) + ${oneSourceOrLimit}`,
      message: "give exactly one of fromHeader, fromAttribute, value and remove: true, or a limit alone",
    },
    {
      rule: "!has(self.limit) || !has(self.remove) || !self.remove",
      message: "a removed dimension has no limit",
    },
  ],
  list: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["key"] },
};
const plainDimension: BlockRules = {
  ...dimension,
  rules: [
    {
      rule: oneSourceOrLimit,
      message: "give exactly one of fromHeader, fromAttribute and value, or a limit alone",
    },
  ],
};

const ofGep: { readonly [block: string]: BlockRules } = {
  tracing: {
    rules: [
      { rule: "!has(self.mode) || self.mode != 'Enabled' || has(self.provider)", message: "Enabled needs a provider" },
      {
        rule: "!has(self.mode) || self.mode != 'Disabled' || !has(self.provider)",
        message: "Disabled has no provider",
      },
    ],
  },
  "tracing.provider": { required: ["backendRef"] },
  "tracing.provider.backendRef": { required: ["name", "port"] },
  "tracing.provider.headers[]": { required: ["name", "value"], list: { maxItems: 16 } },
  "tracing.samplingRate": fraction,
  "tracing.parentBasedSampling.samplingRate": fraction,
  "tracing.attributes[]": {
    required: ["name", "type"],
    rules: [
      {
        rule: "has(self.literalValue) == (self.type == 'Literal') && has(self.headerName) == (self.type == 'Header') && has(self.attributeKey) == (self.type == 'Attribute')",
        message: "give literalValue, headerName or attributeKey, as type says, and no other",
      },
    ],
    list: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
  },
  metrics: { rules: [saidOnce, modeOrEnabled], aliasEnable: true },
  accessLogs: { rules: [saidOnce, modeOrEnabled], aliasEnable: true },
};

const ofPercent: { readonly [block: string]: BlockRules } = {
  tracing: { rules: [saidOnce], aliasEnable: true },
  "tracing.parentBasedSampling": {
    rules: [saidOnce, { rule: "has(self.enabled) || has(self.enable)", message: "enabled is missing" }],
    aliasEnable: true,
  },
  "tracing.customAttributes[]": {
    required: ["attributeName"],
    rules: [exactlyOne("literalValue", "fromHeader", "fromAttribute")],
    list: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["attributeName"] },
  },
  metrics: { rules: [saidOnce], aliasEnable: true },
  accessLogs: { rules: [saidOnce], aliasEnable: true },
};

const ofAll: { readonly [block: string]: BlockRules } = {
  targetRef: target,
  "targetRefs[]": {
    ...target,
    rules: [...(target.rules ?? []), noNamespaceOfNamespace],
    list: { minItems: 1, maxItems: 16, "x-kubernetes-validations": [distinctTargets] },
  },
  "metrics.provider": {
    required: ["type"],
    rules: [
      {
        rule: `self.type != 'Prometheus' || !has(self.endpoint) || ${remoteWriteRule}`,
        message: "Prometheus remote write needs a URL: http://host:port/api/v1/write",
      },
      {
        rule: `self.type != 'OTLP' || !has(self.endpoint) || ${noSignalPathRule}`,
        message: "leave out /v1/metrics: the exporter adds it",
      },
    ],
  },
  "metrics.overrides[]": {
    required: ["name"],
    list: { "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"] },
  },
  "metrics.overrides[].dimensions[]": dimension,
  "metrics.genAI.dimensions[]": plainDimension,
  "metrics.genAI.budgets[]": { required: ["name", "usdPerMonth"] },
  "accessLogs.matches[]": { rules: [{ rule: "has(self.path) || has(self.cel)", message: "give path, cel or both" }] },
};

const ofDraft: { readonly [block: string]: BlockRules } = {
  "": { required: ["targetRef"] },
  "tracing.provider": { required: ["type"] },
};
const withTargets: BlockRules = { required: ["targetRefs"] };

export const rulesOf = (dialect: Dialect, block: string): BlockRules => {
  const own: { readonly [dialect in Dialect]: { readonly [block: string]: BlockRules } } = {
    draft: { ...ofPercent, ...ofDraft },
    agentic: { ...ofPercent, "": withTargets },
    gep4768: { ...ofGep, "": withTargets },
  };
  return own[dialect][block] ?? ofAll[block] ?? {};
};

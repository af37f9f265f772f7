import { type Located, located } from "../../diagnostics/origin.ts";
import {
  type Block,
  type Field,
  openBlock,
  type Reader,
  readBoolean,
  readItems,
  readText,
  readWord,
} from "../reader.ts";
import { readAccessLogs } from "../signals/access-logs.ts";
import { readMetrics } from "../signals/metrics.ts";
import { keepAll } from "../signals/percent-tracing.ts";
import { readSwitch } from "../signals/switch.ts";
import type { AttributeRule, Rate, Tracing } from "../types.ts";
import { readBackendProvider } from "../values/backend-ref.ts";
import { readFraction } from "../values/rate.ts";
import { readOneSource } from "../values/source.ts";
import type { DialectReader } from "./dialect.ts";
import { readTargetRefs } from "./target-refs.ts";

/** The experimental GEP-4768 of August 2026: tracing only; modes, fractions, attribute union, backendRef. */
export const gep4768: DialectReader = {
  dialect: "gep4768",
  // The GEP's text names one group, its example manifest the other; upstream has not settled it.
  apiVersions: ["gateway.networking.x-k8s.io/v1alpha1", "gateway.networking.k8s.io/v1alpha1"],
  readTargets: readTargetRefs,
  readSignals: (reader, spec) => ({
    tracing: readTracing(reader, spec.get("tracing")),
    metrics: readMetrics(reader, spec.get("metrics")),
    accessLogs: readAccessLogs(reader, spec.get("accessLogs")),
  }),
};

const readTracing = (reader: Reader, field: Field | null): Tracing | null => {
  const block = field === null ? null : openBlock(reader, field);
  if (block === null) return null;
  const mode = readSwitch(reader, block);
  const providerField = block.get("provider");
  if (mode.value === "Enabled" && providerField === null) reader.report("TP2305", {}, block.span);
  if (mode.value === "Disabled" && providerField !== null) reader.report("TP2306", {}, providerField.keySpan);
  return {
    mode,
    provider: readBackendProvider(reader, providerField),
    rootRate: readFraction(reader, block.get("samplingRate")) ?? keepAll("no sampling rate: what arrives is kept"),
    parentRate: readParentRate(reader, block),
    attributes: readItems(reader, block.get("attributes"))
      .map((item) => readAttribute(reader, item))
      .filter((attribute) => attribute !== null),
    serviceName: readText(reader, block.get("serviceName"), 1, 253),
    spanName: readText(reader, block.get("spanName"), 1, 256),
    propagation: [],
    captureMessageContent: readBoolean(reader, block.get("captureMessageContent")),
  };
};

/** A present block means on unless `mode: Disabled`; its rate defaults to 100/100. */
const readParentRate = (reader: Reader, tracing: Block): Located<Rate> | null => {
  const field = tracing.get("parentBasedSampling");
  const block = field === null ? null : openBlock(reader, field);
  if (block === null) return null;
  const mode = readSwitch(reader, block);
  const rate = readFraction(reader, block.get("samplingRate"));
  // ImplementationDefault with a rate can only want that rate; without one it is this tool's default: off.
  if (mode.value === "Disabled" || (mode.value === "Default" && rate === null)) return null;
  return rate ?? located({ numerator: 100, denominator: 100 }, { kind: "default", rule: "GEP-4768: numerator 100" });
};

const members = { Header: "headerName", Literal: "literalValue", Attribute: "attributeKey" } as const;
const names = { literal: members.Literal, header: members.Header, attribute: members.Attribute };

const readAttribute = (reader: Reader, field: Field): AttributeRule | null => {
  const block = openBlock(reader, field);
  if (block === null) return null;
  for (const [name, example] of [
    ["name", "name: env"],
    ["type", "type: Literal"],
  ] as const)
    if (block.get(name) === null) reader.report("TP2002", { field: `${block.path}.${name}`, example }, block.span);
  const name = readText(reader, block.get("name"));
  const type = readWord(reader, block.get("type"), ["Header", "Literal", "Attribute"]);
  if (type === null) return null;
  const wanted = members[type.value];
  for (const member of Object.values(members)) {
    const other = member === wanted ? null : block.get(member);
    if (other !== null) reader.report("TP2406", { field: block.path, type: type.value, member }, other.keySpan);
  }
  if (block.get(wanted) === null)
    reader.report(
      "TP2002",
      { field: `${block.path}.${wanted}`, example: `${wanted}, as type: ${type.value} asks` },
      block.span,
    );
  const source = readOneSource(reader, block, wanted, names);
  return name === null || source === null ? null : { name, source };
};

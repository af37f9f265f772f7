import { alternatives } from "../../base/alternatives.ts";
import { row } from "../code-table.ts";

const strictReader = "a field that nobody reads is a setting that silently does not apply";

/** TP20xx: the shape of one policy: fields, kinds of values, lengths. */
export const shapeCodes = {
  TP2001: row<{ field: string; where: string; suggestion: string; hint: string | null }>({
    severity: "error",
    title: "unknown field",
    message: ({ field, where, suggestion }) => `${where} has no field "${field}"${suggestion}`,
    why: strictReader,
    fix: ({ hint }) => hint ?? "correct the name, or remove the field",
  }),
  TP2002: row<{ field: string; example: string }>({
    severity: "error",
    title: "missing field",
    message: ({ field }) => `${field} is missing`,
    why: "without it the policy cannot be understood",
    fix: ({ example }) => `add ${example}`,
  }),
  TP2003: row<{ field: string; expected: string; received: string; remedy: string | null }>({
    severity: "error",
    title: "wrong type",
    message: ({ field, expected, received }) => `${field} must be ${expected}, not ${received}`,
    why: "a value is never converted: what was written is what applies",
    fix: ({ expected, remedy }) => remedy ?? `write ${expected}`,
  }),
  TP2004: row<{ field: string; value: string; allowed: readonly string[]; suggestion: string }>({
    severity: "error",
    title: "value not among the allowed",
    message: ({ field, value, suggestion }) => `${field} cannot be "${value}"${suggestion}`,
    why: "only these values have a meaning here, upper and lower case included",
    fix: ({ allowed }) => `use ${alternatives(allowed)}`,
  }),
  TP2005: row<{ field: string }>({
    severity: "warning",
    title: "empty field",
    message: ({ field }) => `${field} has no value and is read as absent`,
    why: "Kubernetes drops empty fields; most often lines below it were indented wrongly",
    fix: "give it a value, indent what belongs to it, or remove it",
  }),
  TP2006: row<{ written: string; canonical: string }>({
    severity: "warning",
    title: "alias of a field",
    message: ({ written, canonical }) => `"${written}" is read as "${canonical}"`,
    why: "the draft's example writes it so, but its types do not; a strict API server drops it",
    fix: ({ canonical }) => `write ${canonical}`,
  }),
  TP2007: row<{ field: string; other: string }>({
    severity: "error",
    title: "said twice",
    message: ({ field, other }) => `${field} and ${other} say the same thing twice`,
    why: "which of the two is meant would be a guess",
    fix: "keep one of them",
  }),
  TP2008: row<{ field: string; length: number; min: number; max: number }>({
    severity: "error",
    title: "text too short or too long",
    message: ({ field, length, min, max }) =>
      length < min ? `${field} is empty` : `${field} has ${length} characters; at most ${max} are allowed`,
    why: "the Gateway API bounds every text, so that a policy cannot grow the config at will",
    fix: ({ min, max }) => `use ${min} to ${max} characters`,
  }),
  TP2009: row<{ field: string; value: string; form: string }>({
    severity: "error",
    title: "not a Kubernetes name",
    message: ({ field, value }) => `${field} "${value}" is not a name that Kubernetes allows`,
    why: "no object can have that name",
    fix: ({ form }) => `use ${form}`,
  }),
  TP2010: row<{ policy: string }>({
    severity: "error",
    title: "policy defined twice",
    message: ({ policy }) => `policy ${policy} is defined more than once, with different content`,
    why: "the order of files never decides, so none of them is applied",
    fix: "keep one, or give each its own name",
  }),
  TP2011: row<{ policy: string }>({
    severity: "warning",
    title: "policy repeated",
    message: ({ policy }) => `policy ${policy} is here a second time, with the same content`,
    why: "it is applied once; the next edit of only one copy would make both invalid",
    fix: "remove one copy",
  }),
  TP2012: row<{ value: string }>({
    severity: "error",
    title: "not a time",
    message: ({ value }) => `metadata.creationTimestamp "${value}" is not an RFC 3339 time`,
    why: "the older of two policies on one target wins, so the time must be readable",
    fix: "write it as 2026-02-09T12:00:00Z, or remove it",
  }),
  TP2013: row<{ field: string; count: number; max: number }>({
    severity: "error",
    title: "too many entries",
    message: ({ field, count, max }) => `${field} has ${count} entries; at most ${max} are allowed`,
    why: "a policy cannot grow the config at will",
    fix: "use fewer, or several policies on several targets",
  }),
  TP2014: row<{ field: string; value: string }>({
    severity: "error",
    title: "duplicate entry",
    message: ({ field, value }) => `${field} names "${value}" twice`,
    why: "only one of the two can take effect",
    fix: "keep one of them",
  }),
} as const;

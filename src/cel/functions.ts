import { nanosecondsFromText } from "./numbers.ts";
import { convert, type Refuse, sizeOf, toCase } from "./terms.ts";
import { asValue, duration, type Leaf, nanosecondsOf, textOf } from "./value.ts";

type OneArgument = (leaf: Leaf, refuse: Refuse) => Leaf;

const durationOf: OneArgument = (leaf, refuse) => {
  if (leaf.kind === "refused" || leaf.kind === "undefined") return leaf;
  if (leaf.kind === "term" && nanosecondsOf(leaf.term) !== null) return leaf;
  const written = leaf.kind === "term" ? textOf(leaf.term) : null;
  if (written === null) return refuse("a duration must be written out", 'duration("500ms")');
  const ns = nanosecondsFromText(written);
  return ns === null
    ? refuse(`"${written}" is no duration`, 'duration("500ms"), duration("1h30m")')
    : asValue(duration(ns));
};

/** Functions of one value, as `f(x)` or `x.f()`, that a Collector computes exactly as CEL does. */
export const functions: ReadonlyMap<string, OneArgument> = new Map<string, OneArgument>([
  ["size", sizeOf],
  ["int", (leaf, refuse) => convert("int", leaf, refuse)],
  ["double", (leaf, refuse) => convert("double", leaf, refuse)],
  ["string", (leaf, refuse) => convert("string", leaf, refuse)],
  ["lowerAscii", (leaf, refuse) => toCase("lower", leaf, refuse)],
  ["upperAscii", (leaf, refuse) => toCase("upper", leaf, refuse)],
  ["duration", durationOf],
]);

const overText = "matches() with a regular expression over the whole text";

const nearest: { readonly [name: string]: string } = {
  split: overText,
  substring: overText,
  indexOf: "contains() or matches()",
  lastIndexOf: "contains() or matches()",
  trim: overText,
  replace: overText,
  join: "the parts joined with +",
  timestamp: "request.duration compared with a duration()",
  exists_one: "exists()",
  map: "exists() or all() over a written list",
  filter: "exists() or all() over a written list",
  bind: "the expression itself in place of its name",
  type: "has() to ask whether there is a value",
  bool: 'a comparison with the text: … == "true"',
  dyn: "the value itself",
};

export const refuseFunction = (name: string, refuse: Refuse): Leaf =>
  refuse(`${name}() has no exact counterpart in a Collector`, nearest[name] ?? null);

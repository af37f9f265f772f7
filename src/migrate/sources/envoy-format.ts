import { isHeaderName } from "../../policy/values/name.ts";
import type { SketchSource } from "../sketch.ts";

/** An Envoy format string that is one literal or one request header; null where only Envoy can evaluate it. */
export const formatSource = (format: string): SketchSource | null => {
  if (!format.includes("%")) return { from: "literal", value: format };
  const [, name] = /^%(?:REQ|RESP)\(([^()?:%]+)\)(?::\d+)?%$/.exec(format) ?? [];
  return name !== undefined && isHeaderName(name) ? { from: "header", name: name.toLowerCase() } : null;
};

import type { Span } from "./source.ts";

/** Why a value is what it is. Every decided value carries one. */
export type Origin =
  | { readonly kind: "policy"; readonly span: Span; readonly path: string }
  | { readonly kind: "default"; readonly rule: string }
  | { readonly kind: "profile"; readonly name: string }
  | { readonly kind: "base"; readonly span: Span | null; readonly path: string }
  | { readonly kind: "agent"; readonly why: string };

/** A value together with where it came from. */
export type Located<T> = { readonly value: T; readonly origin: Origin };

export const located = <T>(value: T, origin: Origin): Located<T> => ({ value, origin });

/** The place to point at, where there is one. */
export const spanOf = (origin: Origin): Span | null =>
  origin.kind === "policy" || origin.kind === "base" ? origin.span : null;

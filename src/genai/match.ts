/**
 * How a price names the models it is for: the grammar of genai-prices, plus `not` (RE2 has no lookahead). Names are
 * compared in lower case, as the library does.
 */
export type Match =
  | { readonly equals: string }
  | { readonly starts_with: string }
  | { readonly ends_with: string }
  | { readonly contains: string }
  | { readonly regex: string }
  | { readonly or: readonly Match[] }
  | { readonly and: readonly Match[] }
  | { readonly not: Match };

/** Does a lower-case, trimmed name match? */
export const matches = (match: Match, name: string): boolean => {
  if ("equals" in match) return name === match.equals.toLowerCase();
  if ("starts_with" in match) return name.startsWith(match.starts_with.toLowerCase());
  if ("ends_with" in match) return name.endsWith(match.ends_with.toLowerCase());
  if ("contains" in match) return name.includes(match.contains.toLowerCase());
  if ("regex" in match) return new RegExp(match.regex).test(name);
  if ("or" in match) return match.or.some((part) => matches(part, name));
  if ("and" in match) return match.and.every((part) => matches(part, name));
  return !matches(match.not, name);
};

/** Every whole name a match spells out, lower case. A name that is in none of them is decided by `patternOf` alone. */
export const exactNames = (match: Match): readonly string[] => {
  if ("equals" in match) return [match.equals.toLowerCase()];
  if ("or" in match) return match.or.flatMap(exactNames);
  if ("and" in match) return match.and.flatMap(exactNames);
  return "not" in match ? exactNames(match.not) : [];
};

/** What is left of a match for names that equal none of its whole names; null: nothing can hold. */
export const patternOf = (match: Match): Match | null => {
  if ("equals" in match) return null;
  if ("or" in match) {
    const parts = match.or.map(patternOf).filter((part) => part !== null);
    return parts.length === 0 ? null : parts.length === 1 ? (parts[0] ?? null) : { or: parts };
  }
  if ("and" in match) {
    const parts = match.and.map(patternOf);
    return parts.some((part) => part === null) ? null : { and: parts.filter((part) => part !== null) };
  }
  if ("not" in match) {
    const part = patternOf(match.not);
    return part === null ? { and: [] } : { not: part };
  }
  return match;
};

/** `-20250807` as `-2025-08-07`, the form a name is tried in when its own is unknown. Dates that no calendar has stay. */
export const withDashedDates = (name: string): string =>
  name.replace(/-(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, (whole, year, month, day) =>
    isDate(Number(year), Number(month), Number(day)) ? `-${year}-${month}-${day}` : whole,
  );

/** The other way round: how else a name may be written that `withDashedDates` turns into this one. */
export const withPlainDates = (name: string): string =>
  name.replace(/-(20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?=-|:|$)/g, "-$1$2$3");

const isDate = (year: number, month: number, day: number): boolean => {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
};

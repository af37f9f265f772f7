/** One import or re-export of a file, types included. */
export type Import = { readonly specifier: string; readonly line: number };

/** What the checks look at: the imports, and the code with comments and the contents of literals blanked out. */
export type Scanned = { readonly imports: readonly Import[]; readonly code: string };

const blank = (text: string): string => text.replace(/[^\n]/g, " ");

/** A `/` starts a regular expression where a value may begin; after a value it divides. */
const regexMayFollow = (before: string): boolean =>
  /(?:^|[([{,;:=!&|?+\-*%~^<>]|=>|\b(?:return|typeof|case|in|of|do|else|void|await|yield))\s*$/.test(before);

/** The end (exclusive) of a quoted or regex literal that starts at `from` and ends in `quote`. */
const literalEnd = (text: string, from: number, quote: string): number => {
  let inClass = false;
  for (let at = from + 1; at < text.length; at++) {
    const char = text[at];
    if (char === "\\") at++;
    else if (quote === "/" && char === "[") inClass = true;
    else if (quote === "/" && char === "]") inClass = false;
    else if (char === quote && !inClass) return at + 1;
    else if (char === "\n" && quote !== "`") return at;
  }
  return text.length;
};

/**
 * Reads imports and blanks what is not code. The TypeScript 7 compiler has no API to ask, and esbuild forgets type
 * imports, which floors must count; so this is a lexer of exactly the five things that can hide code: two comments,
 * strings, templates (their `${…}` stays code) and regular expressions.
 */
export const scan = (text: string): Scanned => {
  let code = "";
  const strings = new Map<number, string>();
  /** For each open `${` of a template: how many braces are open inside it. */
  const templates: number[] = [];
  let at = 0;

  const template = (from: number): number => {
    for (let end = from; end < text.length; end++) {
      if (text[end] === "\\") end++;
      else if (text[end] === "`") return end + 1;
      else if (text.startsWith("${", end)) {
        templates.push(0);
        return end + 2;
      }
    }
    return text.length;
  };

  while (at < text.length) {
    const char = text[at] ?? "";
    const start = at;
    if (text.startsWith("//", at)) {
      const end = text.indexOf("\n", at);
      at = end === -1 ? text.length : end;
      code += blank(text.slice(start, at));
    } else if (text.startsWith("/*", at)) {
      const end = text.indexOf("*/", at + 2);
      at = end === -1 ? text.length : end + 2;
      code += blank(text.slice(start, at));
    } else if (char === '"' || char === "'") {
      at = literalEnd(text, at, char);
      strings.set(start, text.slice(start + 1, at - 1));
      code += `"${blank(text.slice(start + 1, at - 1))}"`;
    } else if (char === "`") {
      at = template(at + 1);
      code += blank(text.slice(start, at));
    } else if (char === "/" && regexMayFollow(code.slice(-40))) {
      at = literalEnd(text, at, "/");
      code += `"${blank(text.slice(start + 1, at - 1))}"`;
    } else if (char === "}" && templates.at(-1) === 0) {
      templates.pop();
      at = template(at + 1);
      code += blank(text.slice(start, at));
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && char === "{") templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && char === "}") templates[depth] = (templates[depth] ?? 0) - 1;
      code += char;
      at++;
    }
  }

  const imports: Import[] = [];
  for (const match of code.matchAll(/\b(?:from|import)\s*\(?\s*(?=")/g)) {
    const quote = match.index + match[0].length;
    const specifier = strings.get(quote);
    if (specifier !== undefined) imports.push({ specifier, line: code.slice(0, quote).split("\n").length });
  }
  return { imports, code };
};

/** Lines of a file that are shown must not show credentials. What is hidden keeps its length, so carets still fit. */
export const redactLine = (line: string, before: string): string => {
  const named = secretName.test(before) && /^\s*(?:- )?value\s*:/.test(line);
  const pattern = named ? /^(\s*(?:- )?value\s*:\s*)(.*)$/ : secretPair;
  return line
    .replace(pattern, (_all, start: string, secret: string) => start + mask(secret))
    .replace(/(:\/\/)([^\s/@]+)(?=@)/g, (_all, start: string, secret: string) => start + mask(secret))
    .replace(/\b((?:Bearer|Basic)\s+)(\S+)/gi, (_all, start: string, secret: string) => start + mask(secret));
};

/** `name: authorization` on the line before `value: …`, as GEP-4768 headers are written. */
const secretName =
  /\bname\s*:\s*["']?(?:[\w-]*(?:auth|cookie|secret|password|credential|api-?key|access-?key|-token)[\w-]*|token)["']?/i;
const secretPair =
  /^(.*\b[\w-]*(?:authorization|password|secret|credential|api[-_]?key|access[-_]?key)["']?\s*:\s+)(\S.*)$/i;

const mask = (secret: string): string => "*".repeat(secret.length);

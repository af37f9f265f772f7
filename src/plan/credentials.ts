/** Headers that carry credentials, however a proxy named them: no attribute, dimension or log field may read one. */
export const credentialHeaders: readonly string[] = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
  "api-key",
  "x-goog-api-key",
];

export const isCredential = (header: string): boolean => credentialHeaders.includes(header.toLowerCase());

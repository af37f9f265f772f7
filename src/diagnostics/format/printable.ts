/**
 * Text that is safe on a terminal: control characters become visible pictures, and marks that reorder text are shown
 * as escapes. Policy authors are not trusted, and a file can hold escape sequences.
 */
export const printable = (text: string): string =>
  text
    .replace(/[\u0000-\u001f]/g, (char) => String.fromCharCode(0x2400 + char.charCodeAt(0)))
    .replace(/\u007f/g, "\u2421")
    .replace(
      /[\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu,
      (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
    );

/** Columns a character takes on a terminal; wide ones take two. */
export const widthOf = (char: string): number =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    char,
  )
    ? 2
    : /\p{Mn}/u.test(char)
      ? 0
      : 1;

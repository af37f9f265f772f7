/** A text that was read, and the name it is known by in messages. */
export type SourceFile = { readonly path: string; readonly text: string };

/** A half-open range [start, end) of UTF-16 offsets into the file of that path. */
export type Span = { readonly file: string; readonly start: number; readonly end: number };

/** 1-based, as editors count. */
export type Position = { readonly line: number; readonly column: number };

/** The position of an offset; an offset past the end is the end. */
export const positionOf = (text: string, offset: number): Position => {
  const end = Math.min(Math.max(offset, 0), text.length);
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf("\n"); at !== -1 && at < end; at = text.indexOf("\n", at + 1)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: end - lineStart + 1 };
};

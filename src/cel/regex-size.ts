/**
 * At most so many instructions has an RE2's program, told without compiling it: that would cost what this is asked to
 * prevent. Counted repetitions are written out in a program, nested ones multiply. For what is no RE2 the answer means nothing.
 */
export const regexSize = (pattern: string): number => Math.min(new Reading(pattern).alternatives(0) + 3, tooLarge);

/** Large enough for all purposes, and still exact. */
const tooLarge = 1e9;

/** RE2 refuses counts above this. */
const maxCount = 1000;
/** Deeper groups are refused by RE2; reading on would only fill the stack. */
const maxDepth = 1000;

/** A place in a pattern that moves on. */
class Reading {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(depth: number): number {
    let size = 0;
    let last = 0;
    while (this.#at < this.#text.length) {
      const char = this.#text.charAt(this.#at);
      if (char === ")" && depth > 0) break;
      const repeat = this.#repeat();
      if (repeat !== null) {
        size += repeat(last) - last;
        last = repeat(last);
        continue;
      }
      const quoted = this.#quotedRun();
      last = quoted > 0 ? 1 : this.#atom(char, depth);
      size += Math.max(quoted, last);
    }
    return size;
  }

  /** What a quantifier here makes of the size before it; null: there is none. */
  #repeat(): ((size: number) => number) | null {
    const [written, least, most] =
      /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(this.#text.slice(this.#at, this.#at + 24)) ?? [];
    if (written === undefined) return null;
    this.#at += written.length;
    if (least === undefined) return (size) => size + 2;
    const times = Math.min(Math.max(Number(least), Number(most ?? 0), 1), maxCount);
    // One instruction more for each repetition that may be left out.
    const optional = most === undefined ? 0 : times;
    return (size) => Math.min(Math.max(size, 1) * times + optional + 2, tooLarge);
  }

  #atom(char: string, depth: number): number {
    switch (char) {
      case "(": {
        // Flags and names are read as if they were literals: more than they cost.
        this.#at += 1;
        const inner = depth < maxDepth ? this.alternatives(depth + 1) : tooLarge;
        this.#at += 1;
        return inner + 2;
      }
      case "[":
        return this.#skip(/^\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]?/);
      case "\\":
        return this.#skip(/^\\(?:[pP]\{[^}]*\}|x\{[^}]*\}|[0-7]{1,3}|[\s\S]?)/);
      default:
        this.#at += 1;
        // A branch may be empty, which is an instruction too.
        return char === "|" ? 2 : 1;
    }
  }

  #skip(form: RegExp): number {
    this.#at += Math.max(form.exec(this.#text.slice(this.#at))?.[0].length ?? 1, 1);
    return 1;
  }

  /** Letters of `\Q…\E` here, of which a quantifier after it repeats the last; 0: there are none. */
  #quotedRun(): number {
    if (!this.#text.startsWith("\\Q", this.#at)) return 0;
    const end = this.#text.indexOf("\\E", this.#at);
    const length = (end < 0 ? this.#text.length : end + 2) - this.#at;
    this.#at += length;
    return length;
  }
}

import type { Call } from "../command.ts";

export type Explanation = {
  /** false: there is nothing of that name; `words` says what there is instead. */
  readonly found: boolean;
  readonly words: string;
};

/** One kind of thing that can be explained. A new kind is a file beside this one and a line in `topics.ts`. */
export type Topic = {
  /** As help names it: CODE, TARGET, … */
  readonly name: string;
  readonly example: string;
  /** Does the operand look like this kind? */
  readonly isAbout: (asked: string) => boolean;
  readonly explain: (asked: string, call: Call) => Promise<Explanation>;
};

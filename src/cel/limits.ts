/** Characters of one regular expression. */
export const maxPatternLength = 1000;

/** Instructions of one regular expression's program; a Go program takes 40 bytes for each, and each match visits them all. */
export const maxPatternSize = 2000;

/** Comparisons in the larger of the two formulas; nested `? :` and equality of conditions multiply. */
export const maxComparisons = 500;

/** Branches of one value: `(a ? b : c) + (d ? e : f)` has four. */
export const maxBranches = 128;

/** What the expressions of one policy may use up together while they are worked out: nobody else's policies wait longer. */
export type Allowance = {
  /** Parts of expressions that are looked at, once for each branch and each entry of a list. Below 0: more was wanted than was left. */
  steps: number;
  /** Comparisons that expressions become. */
  comparisons: number;
  /** Instructions of regular expressions, as often as they are looked at. */
  instructions: number;
};

export const maxSteps = 50_000;
export const maxComparisonsOfAll = 2000;
export const maxInstructions = 10_000;

export const newAllowance = (): Allowance => ({
  steps: maxSteps,
  comparisons: maxComparisonsOfAll,
  instructions: maxInstructions,
});

/** Something has run out: further expressions of the policy are not even read, since reading costs the most. */
export const isSpent = (allowance: Allowance): boolean =>
  allowance.steps < 0 || allowance.comparisons < 0 || allowance.instructions < 0;

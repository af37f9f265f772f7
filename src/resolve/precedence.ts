import { invariant } from "../base/assert.ts";
import { by, byNumber, byText, type Comparator, chain } from "../base/order.ts";
import type { TelemetryPolicy } from "../policy/types.ts";
import type { DecidedBy } from "./types.ts";

type Criterion = {
  readonly compare: Comparator<TelemetryPolicy>;
  readonly decidedBy: DecidedBy;
  /** Half a sentence about the winner, for the loser's author. */
  readonly words: (winner: TelemetryPolicy, loser: TelemetryPolicy) => string;
};

/** Milliseconds since the epoch; null when nothing readable is written. Offsets count: 10:00+02:00 is before 09:00Z. */
const createdAtOf = ({ createdAt }: TelemetryPolicy): number | null => {
  const instant = createdAt === null ? Number.NaN : Date.parse(createdAt);
  return Number.isNaN(instant) ? null : instant;
};

/** GEP-713, in order. No criterion looks at files: mounts, file names and reload order decide nothing. */
const criteria: readonly Criterion[] = [
  {
    // Ours: upstream knows no policy without a timestamp, but files often carry none.
    compare: by((policy) => (createdAtOf(policy) === null ? 1 : 0), byNumber),
    decidedBy: "has a creationTimestamp",
    words: ({ createdAt }) => `it has a creationTimestamp (${createdAt}) and this one has none`,
  },
  {
    compare: by((policy) => createdAtOf(policy) ?? 0, byNumber),
    decidedBy: "older creationTimestamp",
    words: (winner, loser) => `it is older (${winner.createdAt}, this one ${loser.createdAt})`,
  },
  {
    compare: by(({ id }) => id, byText),
    decidedBy: "namespace/name order",
    words: (winner, loser) => {
      const age = createdAtOf(winner) === null ? "neither has a creationTimestamp" : "both are equally old";
      return `${age}, and ${winner.id} sorts before ${loser.id}`;
    },
  },
];

/** The policy that comes first is established. A total order: ids are unique in a PolicySet. */
export const byPrecedence: Comparator<TelemetryPolicy> = chain(...criteria.map(({ compare }) => compare));

/** Why `winner` comes before `loser`. */
export const decidingReason = (
  winner: TelemetryPolicy,
  loser: TelemetryPolicy,
): { readonly decidedBy: DecidedBy; readonly words: string } => {
  const criterion = criteria.find(({ compare }) => compare(winner, loser) !== 0);
  invariant(criterion !== undefined, `two policies are called ${winner.id}`);
  return { decidedBy: criterion.decidedBy, words: criterion.words(winner, loser) };
};

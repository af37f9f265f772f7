const ends = new Set<() => void>();

const endAll = (): void => {
  for (const end of ends) end();
};

/**
 * Calls `end` when this process exits, until what is answered was called. One listener for all: there may be many, and
 * Node.js warns of more than ten.
 */
export const withParent = (end: () => void): (() => void) => {
  if (ends.size === 0) process.once("exit", endAll);
  ends.add(end);
  return () => {
    ends.delete(end);
    if (ends.size === 0) process.off("exit", endAll);
  };
};

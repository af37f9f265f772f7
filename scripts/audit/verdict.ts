/** An advisory that concerns something we ship or build with. */
export type Advisory = {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly title: string;
};

/** An advisory somebody has looked at and lets pass for a while. Dates are days of UTC, `2027-01-31`. */
export type Allowed = {
  readonly advisory: string;
  readonly package: string;
  readonly reason: string;
  readonly expires: string;
};

/** Nobody looks at an entry that is good for ever. */
const longestDays = 180;

const dayOf = (day: string): number => (/^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN);

/** What fails the gate, and what is only worth a line. An entry counts to the end of the day it names. */
export const verdict = (
  found: readonly Advisory[],
  allowed: readonly Allowed[],
  today: string,
): { readonly failures: readonly string[]; readonly notes: readonly string[] } => {
  const failures: string[] = [];
  const notes: string[] = [];
  const used = new Set<Allowed>();
  for (const { id, package: name, version, title } of found) {
    const entry = allowed.find((one) => one.advisory === id && one.package === name);
    if (entry === undefined) failures.push(`${id} in ${name} ${version}: ${title}`);
    else {
      used.add(entry);
      notes.push(`${id} in ${name} ${version}: allowed until ${entry.expires}: ${entry.reason}`);
    }
  }
  for (const entry of allowed) {
    const { advisory, package: name, reason, expires } = entry;
    const left = (dayOf(expires) - dayOf(today)) / 86_400_000;
    if (Number.isNaN(left)) failures.push(`${advisory} in ${name}: "${expires}" is no day`);
    else if (left < 0) failures.push(`${advisory} in ${name}: its entry has expired on ${expires}; look at it again`);
    else if (left > longestDays)
      failures.push(`${advisory} in ${name}: ${expires} is more than ${longestDays} days away`);
    if (reason.trim().length < 10) failures.push(`${advisory} in ${name}: say why it may pass`);
    if (!used.has(entry)) notes.push(`${advisory} in ${name}: nothing has it any more; remove its entry`);
  }
  return { failures, notes };
};

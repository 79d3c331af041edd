/** How many letters must be put in, left out or changed to make `one` into `other`. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...one].entries()) {
    const next = [index + 1];
    for (let at = 0; at < other.length; at += 1) {
      const changed = (row[at] as number) + (letter === other[at] ? 0 : 1);
      next.push(Math.min(changed, (row[at + 1] as number) + 1, (next[at] as number) + 1));
    }
    row = next;
  }
  return row.at(-1) as number;
};

/** The one of `names` that `written` may be meant as; undefined when none is near. */
export const nearest = (written: string, names: readonly string[]): string | undefined => {
  const ranked = names.map((name) => ({ name, off: distance(written.toLowerCase(), name.toLowerCase()) }));
  const [best] = ranked.sort((left, right) => left.off - right.off);
  return best !== undefined && best.off <= Math.max(2, best.name.length / 3) ? best.name : undefined;
};

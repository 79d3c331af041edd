/** Who moved, in order, by name: enough to repeat a run. */
export type Schedule = readonly string[];

/** Runs of at least this many equal names are written with `*`. */
const repeatFrom = 3;
/** No schedule of ours is near this; a typing error like `T0*1000000000` must not eat the memory. */
const longest = 1_000_000;

/**
 * A schedule as people write it, e.g. `T0*3 T1 T0!fail`.
 *
 * @example formatSchedule(['T0', 'T0', 'T0', 'T1']) // 'T0*3 T1'
 */
export const formatSchedule = (schedule: Schedule): string => {
  const words: string[] = [];
  for (let start = 0; start < schedule.length; ) {
    const name = schedule[start] as string;
    let end = start + 1;
    while (schedule[end] === name) end += 1;
    const count = end - start;
    if (count >= repeatFrom) words.push(`${name}*${count}`);
    else for (let copy = 0; copy < count; copy += 1) words.push(name);
    start = end;
  }
  return words.join(' ');
};

const how = 'write task names separated by blanks, e.g. "T0*3 T1 T0!fail"';

/**
 * The schedule that `text` writes down: names separated by blanks, `T0*3` for three moves, `T0!fail` for an outcome.
 *
 * @throws SyntaxError when a word is not of that form, with the word and its place.
 * @throws RangeError when a repetition is 0 or the schedule would be absurdly long.
 */
export const parseSchedule = (text: string): Schedule => {
  const schedule: string[] = [];
  for (const [index, word] of text.split(/\s+/).filter(Boolean).entries()) {
    const [, name, digits] = /^(T\d+(?:![a-z][a-z-]*)?)(?:\*(\d+))?$/.exec(word) ?? [];
    if (name === undefined) {
      throw new SyntaxError(`Cannot read "${word}", word ${index + 1} of the schedule, as it names no task: ${how}`);
    }
    const count = digits === undefined ? 1 : Number(digits);
    if (count === 0 || schedule.length + count > longest) {
      throw new RangeError(
        `Cannot repeat ${name} ${digits} times in word ${index + 1} of the schedule as it must stay within 1 to ${longest} moves: use a smaller number`,
      );
    }
    for (let copy = 0; copy < count; copy += 1) schedule.push(name);
  }
  return schedule;
};

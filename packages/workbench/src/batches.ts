import { recordChars } from '@custody/annotations';

/** So many characters in an update are few enough for a server, whatever script they are in. */
const batchChars = 2 * recordChars;
/** What a record has beside what somebody wrote. */
const frameChars = 100;

/**
 * Items in batches, each of which makes one update that a server takes.
 *
 * @param charsOf - of what the item writes down.
 */
export const inBatches = <Item>(
  items: readonly Item[],
  charsOf: (item: Item) => number,
): readonly (readonly Item[])[] => {
  const batches: Item[][] = [];
  let left = 0;
  for (const item of items) {
    const chars = charsOf(item) + frameChars;
    const last = batches.at(-1);
    if (last === undefined || chars > left) {
      batches.push([item]);
      left = batchChars - chars;
    } else {
      last.push(item);
      left -= chars;
    }
  }
  return batches;
};

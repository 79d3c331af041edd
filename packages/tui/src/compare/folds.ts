import type { SideBySide } from './side-by-side.ts';

/** A stretch of lines that are all alike in both runs, or all not: a hunk. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly isAlike: boolean;
}

/** One row of a folded list: a line, or so many lines of a block in one. */
export type FoldedRow =
  | { readonly kind: 'line'; readonly line: number; readonly block: number }
  | { readonly kind: 'fold'; readonly from: number; readonly to: number; readonly block: number };

export interface FoldedList {
  readonly blocks: readonly Block[];
  readonly count: number;
  readonly at: (row: number) => FoldedRow;
  /** The row that shows a line, or the fold it is in. */
  readonly rowOf: (line: number) => number;
  /** The block a line is in. */
  readonly blockOf: (line: number) => number;
}

/** Lines that stay in sight on either side of a fold. */
const kept = { alike: 2, hunk: 4 } as const;
/** A fold of fewer lines than this would hide too little. */
const fewest = 4;

export const blocksOf = ({ count, isAlike }: Pick<SideBySide, 'count' | 'isAlike'>): readonly Block[] => {
  const blocks: Block[] = [];
  let from = 0;
  for (let line = 1; line <= count; line += 1) {
    if (line < count && isAlike(line) === isAlike(from)) continue;
    blocks.push({ from, to: line, isAlike: isAlike(from) });
    from = line;
  }
  return blocks;
};

/** The lines of a block that its fold hides; null when there are too few for one. */
const hiddenIn = (
  { from, to, isAlike }: Block,
  isFirst: boolean,
  isLast: boolean,
): readonly [number, number] | null => {
  const context = isAlike ? kept.alike : kept.hunk;
  const hidden = [from + (isAlike && isFirst ? 0 : context), to - (isAlike && !isLast ? context : 0)] as const;
  return hidden[1] - hidden[0] >= fewest ? hidden : null;
};

/** The last item of a rising list that is at most `wanted`. */
const lastUpTo = (rising: Int32Array, wanted: number): number => {
  let low = 0;
  let high = rising.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((rising[middle] as number) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
};

/** @param open - numbers of the blocks that are shown in full. */
export const foldedList = (blocks: readonly Block[], open: ReadonlySet<number>): FoldedList => {
  const lines: number[] = [];
  const folds = new Map<number, number>();
  for (const [number, block] of blocks.entries()) {
    const hidden = open.has(number) ? null : hiddenIn(block, number === 0, number === blocks.length - 1);
    for (let line = block.from; line < block.to; line += 1) {
      if (hidden !== null && line === hidden[0]) {
        folds.set(lines.length, hidden[1]);
        line = hidden[1] - 1;
        lines.push(hidden[0]);
      } else lines.push(line);
    }
  }
  const firsts = Int32Array.from(lines);
  const starts = Int32Array.from(blocks, ({ from }) => from);
  const blockOf = (line: number): number => lastUpTo(starts, line);
  return {
    blocks,
    count: lines.length,
    blockOf,
    rowOf: (line) => lastUpTo(firsts, line),
    at: (row) => {
      const line = firsts[row];
      if (line === undefined) throw new RangeError(`There is no row ${row}: there are ${lines.length}`);
      const block = blockOf(line);
      const to = folds.get(row);
      return to === undefined ? { kind: 'line', line, block } : { kind: 'fold', from: line, to, block };
    },
  };
};

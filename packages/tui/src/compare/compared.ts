import { matcher } from '@custody/replay';
import type { Position } from '@custody/trace';
import type { CompareView, Sides } from './compare-view.ts';
import { blocksOf, type FoldedList, foldedList } from './folds.ts';
import type { Side } from './side-by-side.ts';

/** Two compared runs, and where one looks: the whole state of the screen. */
export interface Compared {
  /** How the runs were named, for commands. */
  readonly names: Sides<string>;
  readonly view: CompareView;
  readonly list: FoldedList;
  /** Blocks that are shown in full. */
  readonly open: ReadonlySet<number>;
  /** Blocks that differ, in order. */
  readonly differences: readonly number[];
  readonly line: number;
  readonly hasWorlds: boolean;
  /** The last pattern searched for. */
  readonly pattern: string | null;
}

/** The line of what happens in a run at a position: its next event that is compared. */
const lineAt = ({ lines }: CompareView, side: Side, at: Position): number => lines.lineOf(side, at);

/** Where the runs part: the first event all of whose causes are on both sides. */
const firstDifference = (view: CompareView): number => {
  const { comparison } = view.diff;
  if (comparison.kind !== 'parted') return 0;
  const { first, next } = comparison;
  return next.left === null ? lineAt(view, 'right', first.right) : lineAt(view, 'left', first.left);
};

/** As the screen opens: everything folded, at the first difference. */
export const openedOn = (view: CompareView, names: Sides<string>): Compared => {
  const blocks = blocksOf(view.lines);
  const differences = blocks.flatMap(({ isAlike }, number) => (isAlike ? [] : [number]));
  return {
    names,
    view,
    list: foldedList(blocks, new Set()),
    open: new Set(),
    differences,
    line: firstDifference(view),
    hasWorlds: true,
    pattern: null,
  };
};

/** An answer to a key: where one looks then, and perhaps a word. */
export interface Moved {
  readonly state: Compared;
  readonly says?: string;
}

export const rowOf = ({ list, line }: Compared): number => list.rowOf(line);

const atRow = (state: Compared, row: number): Compared => {
  const shown = state.list.at(row);
  return { ...state, line: shown.kind === 'line' ? shown.line : shown.from };
};

/** Some rows on, or back when negative. */
export const movedBy = (state: Compared, rows: number): Moved => {
  const { count } = state.list;
  const row = rowOf(state);
  const next = Math.max(0, Math.min(count - 1, row + rows));
  if (count === 0) return { state, says: 'Neither run has an event that is compared' };
  if (next === row && rows !== 0)
    return { state, says: rows > 0 ? 'This is the end of both runs' : 'This is the start' };
  return { state: atRow(state, next) };
};

/** To the beginning of a further difference, or of one before. */
export const toDifference = (state: Compared, steps: number): Moved => {
  const { differences, list, line } = state;
  if (differences.length === 0) return { state, says: 'The runs do not differ' };
  const starts = differences.map((number) => list.blocks[number]?.from as number);
  const ahead = starts.findIndex((start) => start > line);
  const next = ahead < 0 ? starts.length : ahead;
  const behind = starts.findLastIndex((start) => start < line);
  const wanted = steps > 0 ? next + steps - 1 : behind + steps + 1;
  const start = starts[wanted];
  if (start === undefined) return { state, says: steps > 0 ? 'No difference further on' : 'No difference before this' };
  return { state: { ...state, line: start } };
};

export const toFirstDifference = (state: Compared): Moved =>
  state.view.diff.comparison.kind === 'parted'
    ? {
        state: { ...state, line: firstDifference(state.view) },
        says: 'The first difference with all its causes on both sides',
      }
    : { state, says: 'The runs do not part' };

/** To where a quiet group first comes into other hands. */
export const toOwnership = (state: Compared): Moved => {
  const { ownership } = state.view.diff;
  if (ownership === null) return { state, says: 'No quiet group is in other hands for long' };
  const { group, left, right } = ownership;
  const line = lineAt(state.view, 'left', left.since);
  const says = `Quiet, group ${group} is ${handsOf(left.holder)} in A, ${handsOf(right.holder)} in B from here on`;
  return { state: { ...state, line }, says };
};

const handsOf = (holder: string): string => (holder === 'free' ? 'free' : `owned by ${holder}`);

const withOpen = (state: Compared, open: ReadonlySet<number>): Compared => ({
  ...state,
  open,
  list: foldedList(state.list.blocks, open),
});

/** With the fold open that hides the line at the cursor. */
const unfolded = (state: Compared): Compared => {
  const { list, line, open } = state;
  return list.at(list.rowOf(line)).kind === 'line' ? state : withOpen(state, new Set([...open, list.blockOf(line)]));
};

/** Opens the fold at the cursor, or closes the one that was opened there. */
export const foldToggled = (state: Compared): Moved => {
  const block = state.list.blockOf(state.line);
  const open = new Set(state.open);
  if (!open.delete(block)) open.add(block);
  const next = withOpen(state, open);
  if (next.list.count === state.list.count) return { state, says: 'Nothing is folded here' };
  return { state: atRow(next, next.list.rowOf(state.line)) };
};

/** Opens all folds, or closes them all. */
export const allFoldsToggled = (state: Compared): Moved => {
  const all = state.open.size > 0 ? new Set<number>() : new Set(state.list.blocks.keys());
  const next = withOpen(state, all);
  return { state: atRow(next, next.list.rowOf(state.line)) };
};

/** To the next line, in one direction, on which an event of either run matches. */
export const searched = (state: Compared, pattern: string | null, step: 1 | -1): Moved => {
  if (pattern === null || pattern === '') return { state, says: 'Nothing to search for yet: / asks' };
  const { lines, runs } = state.view;
  let matches: ReturnType<typeof matcher>;
  try {
    matches = matcher(pattern);
  } catch (error) {
    return { state, says: (error as Error).message };
  }
  for (let line = state.line + step; line >= 0 && line < lines.count; line += step) {
    const { left, right } = lines.at(line);
    const isHit =
      (left !== null && matches(runs.left.timeline.at(left.index))) ||
      (right !== null && matches(runs.right.timeline.at(right.index)));
    if (isHit) return { state: unfolded({ ...state, pattern, line }) };
  }
  return { state: { ...state, pattern }, says: `Not found ${step > 0 ? 'further on' : 'before this'}: ${pattern}` };
};

import { matcher, searchFrom } from '@custody/replay';
import type { Position } from '@custody/trace';
import { stepped } from '../lines.ts';
import { linesOf } from './overview.ts';
import { targetOf } from './seek.ts';
import { jumped, moved, type Replay, type ReplayStep } from './state.ts';

/** Some lines on or back; says so at either end. */
export const stepBy = (state: Replay, count: number): ReplayStep => {
  const position = stepped(linesOf(state.overview, state.verbatim), state.position, count);
  if (position !== state.position) return moved(state, position);
  return { state, says: count > 0 ? 'This is the end of the run' : 'This is the start of the run' };
};

/** To the nearest of some positions, in one direction. */
export const hopTo = (state: Replay, positions: readonly Position[], direction: 1 | -1, what: string): ReplayStep => {
  const target =
    direction === 1
      ? positions.find((position) => position > state.position)
      : positions.findLast((position) => position < state.position);
  if (target !== undefined) return jumped(state, target);
  if (positions.length === 0) return { state, says: `No ${what}s in this run` };
  return { state, says: `No ${what} ${direction === 1 ? 'after' : 'before'} position ${state.position}` };
};

/** Looks for a pattern from here; when nothing is found, says so and stays. */
export const search = (state: Replay, pattern: string | null, direction: 'forward' | 'backward'): ReplayStep => {
  if (pattern === null || pattern === '') return { state, says: 'Nothing to search for yet: / asks' };
  try {
    const found = searchFrom(state.view.timeline, matcher(pattern), state.position, direction);
    const sought = { ...state, pattern };
    if (found !== null) return jumped(sought, found);
    const where = direction === 'forward' ? 'after' : 'before';
    return { state: sought, says: `Not found ${where} position ${state.position}: ${pattern}` };
  } catch (error) {
    return { state, says: error instanceof Error ? error.message : String(error) };
  }
};

/** What a line after `:` names: a place, or nothing that this screen knows. */
export const seek = (state: Replay, text: string): ReplayStep | null => {
  const target = targetOf(text, state.position, state.view.timeline);
  return target === null ? null : jumped(state, target.position, target.remark ?? undefined);
};

export const setMark = (state: Replay, letter: string): ReplayStep => ({
  state: { ...state, marks: { ...state.marks, [letter]: state.position } },
  says: `Mark ${letter} is at position ${state.position}`,
});

export const goToMark = (state: Replay, letter: string): ReplayStep => {
  const target = letter === "'" ? state.back : state.marks[letter];
  return target === undefined
    ? { state, says: `There is no mark ${letter}: m${letter} sets it` }
    : jumped(state, target);
};

import { type Kind, matcher, searchFrom } from '@custody/replay';
import { type LockId, type Position, position, type TraceEvent } from '@custody/trace';
import { stepped } from '../lines.ts';
import type { Effect } from '../shell/screen.ts';
import { linesOf } from './overview.ts';
import { targetOf } from './seek.ts';
import { isRead, jumped, moved, type Replay, type ReplayNews, type ReplayStep } from './state.ts';

/** Some lines on or back; says so at either end. */
export const stepBy = (state: Replay, count: number): ReplayStep => {
  const next = stepped(linesOf(state.overview, state.verbatim), state.position, count);
  const at = next > state.end ? state.end : next;
  if (at !== state.position) return moved(state, at);
  return { state, says: count > 0 ? 'This is the end of the run' : 'This is the start of the run' };
};

const notThere = (state: Replay, what: string, direction: 1 | -1): string =>
  `No ${what} ${direction === 1 ? 'after' : 'before'} position ${state.position}` +
  (isRead(state) || direction === -1 ? '' : ` up to ${state.read}, where reading is at`);

/** To the nearest of some positions, in one direction. */
export const hopTo = (state: Replay, positions: readonly Position[], direction: 1 | -1, what: string): ReplayStep => {
  const target =
    direction === 1 ? positions.find((at) => at > state.position) : positions.findLast((at) => at < state.position);
  if (target !== undefined) return jumped(state, target);
  return { state, says: positions.length === 0 ? `No ${what}s in this run` : notThere(state, what, direction) };
};

/** To the nearest event of a kind. */
export const hopToKind = (state: Replay, kind: Kind, direction: 1 | -1, what: string): ReplayStep => {
  const target = state.overview.index.next(kind, state.position, direction);
  return target === null ? { state, says: notThere(state, what, direction) } : jumped(state, target);
};

export const eventAt = ({ view, position: at }: Pick<Replay, 'view' | 'position'>): TraceEvent | null =>
  at === 0 ? null : view.timeline.at(at - 1);

/** To the nearest event of the task that has just moved, or would move next. */
export const hopToTask = (state: Replay, direction: 1 | -1): ReplayStep => {
  const { view, overview, position: at, end } = state;
  const event = at === 0 ? (end === 0 ? null : view.timeline.at(0)) : eventAt(state);
  if (event === null) return { state, says: 'No events in this run' };
  const target = overview.index.nextOf(event.task, at, direction);
  return target === null
    ? { state, says: notThere(state, `event of ${event.task}`, direction) }
    : jumped(state, target);
};

/** The lock that the event at the cursor is about, or that its task waits for. */
const lockInQuestion = (state: Replay): LockId | null => {
  const event = eventAt(state);
  if (event === null) return null;
  const { lock } = event.data as { lock?: LockId };
  if (lock !== undefined) return lock;
  const { replayer } = state.view;
  if (state.position > replayer.reach()) return null;
  const { locks } = replayer.stateAt(state.position);
  const awaited = Object.entries(locks).find(([, { waiters }]) => waiters.includes(event.task));
  const held = Object.entries(locks).find(([, { holders }]) => holders.includes(event.task));
  return ((awaited ?? held)?.[0] as LockId | undefined) ?? null;
};

/** How far back is looked for who took a lock: as far as a search looks at once. */
const atOnce = 20_000;

/** To where the lock in question was taken by who has it, or had it last. */
export const hopToHolder = (state: Replay): ReplayStep => {
  const lock = lockInQuestion(state);
  if (lock === null)
    return { state, says: 'No lock is in question here: stand on an event of a lock, or of who waits' };
  const { timeline } = state.view;
  const first = state.position - 2;
  for (let index = first; index >= 0 && index > first - atOnce; index -= 1) {
    const event = timeline.at(index);
    if (event.type !== 'LockAcquired' || event.data.lock !== lock) continue;
    return jumped(state, position(index + 1), `${event.task} takes ${lock}`);
  }
  return { state, says: `Nobody is seen to take ${lock} before position ${state.position}` };
};

type Direction = 'forward' | 'backward';

/** A part of a run, for a search that is to look at no more of it at once. */
const upTo = (state: Replay, from: Position, direction: Direction) => {
  const { timeline } = state.view;
  const part = direction === 'forward' ? { length: Math.min(state.end, from + atOnce) } : { length: state.end };
  return { ...part, at: timeline.at };
};

const notFound = (pattern: string, from: Position, direction: Direction): string =>
  `Not found ${direction === 'forward' ? 'after' : 'before'} position ${from}: ${pattern}`;

/** Events that a long search looks at before it lets keys in. */
const atATime = 2000;

/** The search through the whole rest of the run. */
const searching = (state: Replay, pattern: string, direction: Direction): Effect<ReplayNews> => ({
  type: 'work',
  name: 'search',
  run: async ({ pause }, tell, signal) => {
    const matches = matcher(pattern);
    const { view, position: from, end } = state;
    const step = direction === 'forward' ? 1 : -1;
    let index: number = direction === 'forward' ? from : from - 2;
    for (let looked = 1; index >= 0 && index < end; index += step, looked += 1) {
      if (matches(view.timeline.at(index))) {
        tell({ type: 'found', from, at: position(index + 1), says: '' });
        return;
      }
      if (looked % atATime !== 0) continue;
      if (looked % (50 * atATime) === 0) tell({ type: 'sought', from, far: looked });
      await pause();
      if (signal.aborted) return;
    }
    tell({ type: 'found', from, at: null, says: notFound(pattern, from, direction) });
  },
});

/** Looks for a pattern from here; when nothing is found, says so and stays. */
export const search = (state: Replay, pattern: string | null, direction: Direction): ReplayStep => {
  if (pattern === null || pattern === '') return { state, says: 'Nothing to search for yet: / asks' };
  try {
    const matches = matcher(pattern);
    const from = state.position;
    const sought = { ...state, pattern };
    const reaches = direction === 'forward' ? from + atOnce >= state.end : from <= atOnce;
    if (!reaches) {
      return { state: sought, says: 'Searching … (Esc gives up)', effects: [searching(sought, pattern, direction)] };
    }
    const found = searchFrom(upTo(state, from, direction), matches, from, direction);
    return found === null ? { state: sought, says: notFound(pattern, from, direction) } : jumped(sought, found);
  } catch (error) {
    return { state, says: error instanceof Error ? error.message : String(error) };
  }
};

/** What a line after `:` names: a place, or nothing that this screen knows. */
export const seek = (state: Replay, text: string): ReplayStep | null => {
  const target = targetOf(text, state.position, { length: state.end, at: state.view.timeline.at });
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

import { position, type TraceEvent } from '@custody/trace';
import { type Company, hearOfOthers } from '../joined.ts';
import type { Effect } from '../shell/screen.ts';
import type { Replay, ReplayNews } from './state.ts';

/** Events read and folded at a time: a few milliseconds, so that no key waits for longer. */
const atATime = 1000;

/** How often the screen hears of it: ten times in the whole run. */
const parts = 10;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Reads on what has not been read, and folds its worlds, so that every jump is short. */
export const readingOn = ({ view, overview }: Replay): Effect<ReplayNews> => ({
  type: 'work',
  name: 'read the run',
  run: async ({ pause }, tell, signal) => {
    const { index } = overview;
    const { timeline, replayer } = view;
    const part = () => Math.floor((index.read() * parts) / timeline.length);
    let told = part();
    // The first frame does not wait for it.
    await pause();
    while (!signal.aborted && index.read() < timeline.length) {
      try {
        index.readTo(index.read() + atATime);
        replayer.stateAt(position(index.read()));
      } catch (error) {
        tell({ type: 'damaged', why: reasonOf(error) });
        return;
      }
      if (part() !== told) tell({ type: 'read' });
      told = part();
      await pause();
    }
  },
});

/** Reads the notes as they are now. */
export const readingNotes = ({ view }: Replay): Effect<ReplayNews> => ({
  type: 'work',
  name: 'read the notes',
  run: async (_, tell, signal) => {
    const notes = await view.readNotes?.(signal);
    if (notes !== undefined) tell({ type: 'notes', notes });
  },
});

/** Looks which cases the run met. */
export const readingCases = ({ view }: Replay): Effect<ReplayNews> => ({
  type: 'work',
  name: 'tell the cases',
  run: async (outside, tell, signal) => {
    await outside.pause();
    const cases = await view.readCases?.(outside, signal);
    if (cases) tell({ type: 'cases', cases });
  },
});

/** Hears of others on the run, and reads what they write. */
export const hearing = ({ view }: Replay): Effect<ReplayNews> => ({
  type: 'work',
  name: 'hear of others',
  run: (outside, tell, signal) => {
    const company = (now: Company): void => tell({ type: 'company', company: now });
    const notes = async (): Promise<void> => tell({ type: 'notes', notes: (await view.readNotes?.(signal)) ?? [] });
    return hearOfOthers(outside, view.header.run, { company, notes }, signal);
  },
});

/** How many new events are taken in before the screen hears of them: a burst is one change. */
const burstMs = 30;

/** Takes in events as they are recorded. */
export const following = ({ view, overview }: Replay): Effect<ReplayNews> => ({
  type: 'work',
  name: 'follow the run',
  run: async ({ sleep }, tell, signal) => {
    if (view.follow === undefined) return;
    let waiting: TraceEvent[] = [];
    const takeIn = (): void => {
      view.timeline.add?.(waiting);
      waiting = [];
      overview.index.readTo(view.timeline.length);
      tell({ type: 'grown' });
    };
    for await (const event of view.follow(signal)) {
      if (waiting.length === 0) void sleep(burstMs).then(() => signal.aborted || takeIn());
      waiting.push(event);
    }
  },
});

/** Frames of a film; more could not be told apart. */
const frameMs = 33;

/** Says how time goes by. */
export const ticking: Effect<ReplayNews> = {
  type: 'work',
  name: 'play',
  run: async ({ now, sleep }, tell, signal) => {
    let before = now();
    while (!signal.aborted) {
      await sleep(frameMs);
      const after = now();
      tell({ type: 'ticked', ms: after - before });
      before = after;
    }
  },
};

import { clamp } from '@custody/replay';
import { type Position, position } from '@custody/trace';
import type { Company } from '../joined.ts';
import type { Press, Step } from '../shell/screen.ts';
import type { CaseView, NoteView, ReplayView } from '../view.ts';
import { type Overview, overviewOf } from './overview.ts';

/** Playing: how much faster than it was, and where on the run's clock it stands. */
export interface Play {
  readonly speed: number;
  /** In nanoseconds, or in steps of a simulation. */
  readonly clock: number;
}

/** Where one looks, and the little that the screen keeps besides. */
export interface Replay {
  readonly view: ReplayView;
  readonly overview: Overview;
  /** The last position: where the run ends, so far, or where it cannot be read any further. */
  readonly end: Position;
  /** How many events have been read; until it is all of them, jumps and the scrub bar know only of these. */
  readonly read: number;
  /** As they are now: notes may have been added since the screen opened. */
  readonly notes: readonly NoteView[];
  /** Which of the mail's cases was met where; in simulated runs. */
  readonly cases: readonly CaseView[];
  readonly position: Position;
  /** Are lines without a meaning shown too? */
  readonly verbatim: boolean;
  readonly marks: Readonly<Record<string, Position>>;
  /** Where the last jump came from. */
  readonly back: Position;
  /** The last pattern searched for. */
  readonly pattern: string | null;
  readonly play: Play | null;
  /** Are new events waited for, and gone to? */
  readonly follows: boolean;
  /** Who else looks at the run; nobody where it is not joined. */
  readonly company: Company;
}

/** What comes back to the screen. */
export type ReplayNews =
  | { readonly type: 'read' }
  /** The run cannot be read beyond where it was read to. */
  | { readonly type: 'damaged'; readonly why: string }
  | { readonly type: 'pattern'; readonly text: string }
  | { readonly type: 'sought'; readonly from: Position; readonly far: number }
  | { readonly type: 'found'; readonly from: Position; readonly at: Position | null; readonly says: string }
  | { readonly type: 'mark'; readonly verb: 'set' | 'go'; readonly letter: string }
  | { readonly type: 'note'; readonly at: Position; readonly body: string }
  | { readonly type: 'notes'; readonly notes: readonly NoteView[]; readonly kept?: Position }
  | { readonly type: 'cases'; readonly cases: readonly CaseView[] }
  /** So many milliseconds went by while it plays. */
  | { readonly type: 'ticked'; readonly ms: number }
  | { readonly type: 'company'; readonly company: Company }
  | { readonly type: 'grown' };

export type ReplayStep = Step<Replay, ReplayNews>;
export type ReplayPress = (state: Replay, press: Press) => ReplayStep;

/** Read before the first frame: so much takes no longer than a blink, and most runs of a lab are not longer. */
const readAtOnce = 30_000;

/** Reads so far that the first frame is whole, when it stands near the beginning. */
const readAhead = ({ index }: Overview, { replayer, timeline }: ReplayView, start: Position): void => {
  if (start > readAtOnce) return;
  const count = timeline.length <= readAtOnce ? timeline.length : Math.min(timeline.length, start + 2000);
  index.readTo(count);
  replayer.stateAt(position(count));
};

/** @throws what the timeline throws where it cannot be read. */
export const openedAt = (view: ReplayView): Replay => {
  const { end } = view.replayer;
  const start = clamp(view.start, end);
  const overview = overviewOf(view);
  readAhead(overview, view, start);
  return {
    view,
    overview,
    end,
    read: overview.index.read(),
    notes: view.notes,
    cases: [],
    position: start,
    verbatim: false,
    marks: {},
    back: start,
    pattern: null,
    play: null,
    follows: false,
    company: { peers: [], trouble: null },
  };
};

/** One small move. */
export const moved = (state: Replay, position: Position): ReplayStep => ({ state: { ...state, position } });

/** A move that one may want to take back with `''`. */
export const jumped = (state: Replay, position: Position, says?: string): ReplayStep => ({
  state: { ...state, position, back: state.position },
  ...(says === undefined ? {} : { says }),
});

/** Is all of the run read? */
export const isRead = ({ read, end }: Replay): boolean => read >= end;

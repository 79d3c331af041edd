import { clamp } from '@custody/replay';
import type { Position } from '@custody/trace';
import type { Press, Step } from '../shell/screen.ts';
import type { NoteView, ReplayView } from '../view.ts';
import { type Overview, overviewOf } from './overview.ts';

/** Where one looks, and the little that the screen keeps besides. */
export interface Replay {
  readonly view: ReplayView;
  readonly overview: Overview;
  /** As they are now: notes may have been added since the screen opened. */
  readonly notes: readonly NoteView[];
  readonly position: Position;
  /** Are lines without a meaning shown too? */
  readonly verbatim: boolean;
  readonly marks: Readonly<Record<string, Position>>;
  /** Where the last jump came from. */
  readonly back: Position;
  /** The last pattern searched for. */
  readonly pattern: string | null;
}

/** What comes back to the screen. */
export type ReplayNews =
  | { readonly type: 'pattern'; readonly text: string }
  | { readonly type: 'mark'; readonly verb: 'set' | 'go'; readonly letter: string }
  | { readonly type: 'note'; readonly at: Position; readonly body: string }
  | { readonly type: 'notes'; readonly notes: readonly NoteView[]; readonly at: Position };

export type ReplayStep = Step<Replay, ReplayNews>;
export type ReplayPress = (state: Replay, press: Press) => ReplayStep;

export const openedAt = (view: ReplayView): Replay => {
  const start = clamp(view.start, view.replayer.end);
  return {
    view,
    overview: overviewOf(view),
    notes: view.notes,
    position: start,
    verbatim: false,
    marks: {},
    back: start,
    pattern: null,
  };
};

/** One small move. */
export const moved = (state: Replay, position: Position): ReplayStep => ({ state: { ...state, position } });

/** A move that one may want to take back with `''`. */
export const jumped = (state: Replay, position: Position, says?: string): ReplayStep => ({
  state: { ...state, position, back: state.position },
  ...(says === undefined ? {} : { says }),
});

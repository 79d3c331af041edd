import { type Nanos, type Position, position } from '@custody/trace';
import { ticking } from './background.ts';
import { moved, type Play, type Replay, type ReplayStep } from './state.ts';

/** A step of a simulation has no length of its own: played at 1×, two go by in a second. */
const stepsPerMs = 2 / 1000;
const nanosPerMs = 1e6;

const isSimulated = ({ view }: Replay): boolean => view.header.source.kind === 'simulation';

const clockAt = ({ view, position: at }: Replay): number =>
  at === 0 ? (view.timeline.length > 0 ? view.timeline.at(0).at - 1 : 0) : view.timeline.at(at - 1).at;

/** `×4`, `×1/8`. */
export const speedText = ({ speed }: Play): string => (speed < 1 ? `×1/${1 / speed}` : `×${speed}`);

/** Begins to play where the cursor is, or stops. */
export const togglePlay = (state: Replay): ReplayStep => {
  if (state.play !== null)
    return { state: { ...state, play: null }, says: 'Stopped', effects: [{ type: 'stop', name: 'play' }] };
  if (state.position >= state.end) return { state, says: 'This is the end of the run' };
  const play = { speed: 1, clock: clockAt(state) };
  return { state: { ...state, play }, says: 'Playing in real time: + faster, - slower, p stops', effects: [ticking] };
};

const slowest = 1 / 1024;
const fastest = 1024;

/** Twice or half as fast. */
export const changeSpeed = (state: Replay, factor: number): ReplayStep => {
  if (state.play === null) return { state, says: 'Nothing is played: p begins' };
  const speed = Math.min(fastest, Math.max(slowest, state.play.speed * factor));
  const play = { ...state.play, speed };
  return { state: { ...state, play }, says: `Playing ${speedText(play)}` };
};

/** The last position whose events all happened by a time, from one position on. */
const reachedBy = ({ view, end }: Replay, from: Position, clock: number): Position => {
  let at = from;
  while (at < end && (view.timeline.at(at).at as number) <= clock) at = position(at + 1);
  return at;
};

/** So much time went by. */
export const ticked = (state: Replay, ms: number): ReplayStep => {
  const { play } = state;
  if (play === null) return { state };
  const clock = play.clock + ms * play.speed * (isSimulated(state) ? stepsPerMs : nanosPerMs);
  const at = reachedBy(state, state.position, clock as Nanos);
  if (at >= state.end) {
    return {
      state: { ...state, position: at, play: null },
      says: 'This is the end of the run',
      effects: [{ type: 'stop', name: 'play' }],
    };
  }
  return moved({ ...state, play: { ...play, clock } }, at);
};

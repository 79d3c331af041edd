import { clamp } from '@custody/replay';
import { type Position, position, type Timeline } from '@custody/trace';

/** The first position whose events so far all happened by `at`; times in a run only grow. */
const positionAtTime = (timeline: Timeline, at: number): Position => {
  let low = 0;
  let high = timeline.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeline.at(middle).at <= at) low = middle + 1;
    else high = middle;
  }
  return position(low);
};

/** Where to go, and what to say about it; null when the text names no place. */
export interface Target {
  readonly position: Position;
  readonly remark: string | null;
}

/**
 * Reads the text of a seek: `120` a position, `+5` and `-5` from here, `27.35s` the time on the run's clock, `$` the
 * end. Places outside the run become its nearest end, and say so.
 */
export const targetOf = (text: string, from: Position, timeline: Timeline): Target | null => {
  const end = position(timeline.length);
  const typed = text.trim();
  if (typed === '$') return { position: end, remark: null };
  const [, seconds] = /^(\d+(?:\.\d*)?)s$/.exec(typed) ?? [];
  if (seconds !== undefined) return { position: positionAtTime(timeline, Number(seconds) * 1e9), remark: null };
  if (!/^[+-]?\d+$/.test(typed)) return null;
  const wanted = /^[+-]/.test(typed) ? from + Number(typed) : Number(typed);
  const reached = clamp(wanted, end);
  return { position: reached, remark: reached === wanted ? null : `The run has positions 0 to ${end}` };
};

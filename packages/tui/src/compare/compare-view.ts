import { type Position, rolesOf, type TaskId } from '@custody/trace';
import { type Run, type RunDiff, type WorldDifference, worldsBetween } from '@custody/workbench';
import { type Side, type SideBySide, sideBySide } from './side-by-side.ts';

export type Sides<Value> = Readonly<Record<Side, Value>>;

/** What of a run is looked at. */
type ComparedRun = Pick<Run, 'header' | 'timeline' | 'replayer'>;

/** Two runs that were compared, laid side by side: everything the screen needs to know. */
export interface CompareView {
  readonly runs: Sides<ComparedRun>;
  readonly diff: RunDiff;
  /** Leaves in which the worlds at two positions differ. */
  readonly worldsAt: (places: Sides<Position>) => readonly WorldDifference[];
  readonly roles: Sides<(task: TaskId) => string>;
  readonly lines: SideBySide;
}

export const compareViewOf = (runs: Sides<ComparedRun>, diff: RunDiff): CompareView => ({
  runs,
  diff,
  worldsAt: worldsBetween(runs.left, runs.right),
  roles: { left: rolesOf(runs.left.timeline), right: rolesOf(runs.right.timeline) },
  lines: sideBySide(runs.left.timeline, runs.right.timeline, diff.comparison),
});

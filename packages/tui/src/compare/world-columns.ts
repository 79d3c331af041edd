import type { Position, TaskId, World } from '@custody/trace';
import type { WorldDifference } from '@custody/workbench';
import type { Changes } from '../changes.ts';
import { groupOf } from '../focus.ts';
import { type Row, span, textOf } from '../row.ts';
import { widthOf } from '../text.ts';
import { type Moment, momentRows } from '../world-pane.ts';
import { sideWidth } from './compare-list.ts';
import type { CompareView, Sides } from './compare-view.ts';
import type { Side } from './side-by-side.ts';

/** `locks.device:0000:03:01.0.holders` → the lock. */
const idIn = (path: string, part: string): readonly string[] =>
  path.startsWith(`${part}.`) ? [path.slice(part.length + 1, path.lastIndexOf('.'))] : [];

/** Where two worlds differ, as seen from one of them: what would be signed as changed is signed as another there. */
const otherThere = (
  differences: readonly WorldDifference[],
  world: World,
  roleOf: (task: TaskId) => string,
): Changes => {
  const paths = new Set(differences.map(({ path }) => path));
  const nameOf = (part: string, id: string): string => (part === 'tasks' ? roleOf(id as TaskId) : id);
  const inCalls = new Set(Object.keys(world.tasks).map((task) => roleOf(task as TaskId)));
  const isHere = (part: string, id: string): boolean => (part === 'tasks' ? inCalls.has(id) : id in world.locks);
  return {
    has: (part, id, field) => paths.has(`${part}.${nameOf(part, id)}.${field}`),
    gone: (part) =>
      part === 'locks' || part === 'tasks'
        ? [...new Set([...paths].flatMap((path) => idIn(path, part)))].filter((id) => !isHere(part, id))
        : [],
  };
};

const momentOf = (view: CompareView, side: Side, places: Sides<Position>): Moment => {
  const { replayer, timeline } = view.runs[side];
  const at = places[side];
  const world = replayer.stateAt(at);
  const last = at === 0 ? null : timeline.at(at - 1);
  return {
    world,
    changes: otherThere(view.worldsAt(places), world, view.roles[side]),
    focus: last === null ? null : groupOf(last, world),
  };
};

const padded = (row: Row, width: number): Row => [...row, span(' '.repeat(Math.max(0, width - widthOf(textOf(row)))))];

/** The worlds of both sides beside each other in at most `height` rows; `*` marks what is otherwise on the other side. */
export const worldColumns = (
  view: CompareView,
  places: Sides<Position>,
  width: number,
  height: number,
): readonly Row[] => {
  const column = sideWidth(width);
  const [left, right] = (['left', 'right'] as const).map((side) =>
    momentRows(momentOf(view, side, places), column, height),
  ) as [readonly Row[], readonly Row[]];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
    span(' '),
    ...padded(left[row] ?? [], column + 2),
    span('│ ', 'dim'),
    span(' '),
    ...(right[row] ?? []),
  ]);
};

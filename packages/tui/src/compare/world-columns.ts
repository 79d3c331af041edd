import type { GroupId, Position, TaskId, World } from '@custody/trace';
import type { WorldDifference } from '@custody/workbench';
import type { Changes } from '../changes.ts';
import { groupOf } from '../focus.ts';
import { type Row, span, textOf } from '../row.ts';
import { widthOf } from '../text.ts';
import { type Moment, momentRows } from '../world-pane.ts';
import { sideWidth } from './compare-list.ts';
import type { CompareView, Sides } from './compare-view.ts';
import type { Side, SideLine } from './side-by-side.ts';

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

const worldAt = ({ runs }: CompareView, side: Side, places: Sides<Position>): World =>
  runs[side].replayer.stateAt(places[side]);

/** The group that the line is about, on whichever side it says so: both columns begin with it. */
const focusAt = (view: CompareView, { left, right, places }: SideLine): GroupId | null => {
  for (const [side, cell] of [['left', left] as const, ['right', right] as const]) {
    if (cell === null) continue;
    const focus = groupOf(view.runs[side].timeline.at(cell.index), worldAt(view, side, places));
    if (focus !== null) return focus;
  }
  return null;
};

/** The worlds of both sides, with what is otherwise on the other side as what has changed. */
const momentsAt = (view: CompareView, line: SideLine): Sides<Moment> => {
  const differences = view.worldsAt(line.places);
  const focus = focusAt(view, line);
  const momentOf = (side: Side): Moment => {
    const world = worldAt(view, side, line.places);
    return { world, changes: otherThere(differences, world, view.roles[side]), focus };
  };
  return { left: momentOf('left'), right: momentOf('right') };
};

const padded = (row: Row, width: number): Row => [...row, span(' '.repeat(Math.max(0, width - widthOf(textOf(row)))))];

/** The worlds of both sides beside each other in at most `height` rows; `*` marks what is otherwise on the other side. */
export const worldColumns = (view: CompareView, line: SideLine, width: number, height: number): readonly Row[] => {
  const column = sideWidth(width);
  const moments = momentsAt(view, line);
  const [left, right] = [moments.left, moments.right].map((moment) => momentRows(moment, column, height)) as [
    readonly Row[],
    readonly Row[],
  ];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, row) => [
    span(' '),
    ...padded(left[row] ?? [], column + 2),
    span('│ ', 'dim'),
    span(' '),
    ...(right[row] ?? []),
  ]);
};

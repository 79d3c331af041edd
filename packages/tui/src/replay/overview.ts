import type { Position, TaskId } from '@custody/trace';
import { allLines, type Lines, meaningfulLines } from '../lines.ts';
import type { ReplayView } from '../view.ts';

/** What is worth knowing of a whole run: read once when the screen opens, so that no key has to. */
export interface Overview {
  readonly everyLine: Lines;
  readonly meaningful: Lines;
  /** How many tasks ever moved. */
  readonly tasks: number;
  /** Findings by position, and their positions in order. */
  readonly findings: ReadonlyMap<Position, readonly string[]>;
  readonly findingPositions: readonly Position[];
}

/** Positions in order, each once. */
export const inOrder = (positions: Iterable<Position>): readonly Position[] =>
  [...new Set(positions)].sort((left, right) => left - right);

/** Things by the position they are about. */
export const byPosition = <Item extends { readonly position: Position }>(
  items: readonly Item[],
): ReadonlyMap<Position, readonly Item[]> => Map.groupBy(items, (item) => item.position);

const taskCount = ({ timeline }: ReplayView): number => {
  const tasks = new Set<TaskId>();
  for (let index = 0; index < timeline.length; index += 1) tasks.add(timeline.at(index).task);
  return tasks.size;
};

export const overviewOf = (view: ReplayView): Overview => {
  const findings = [...byPosition(view.findings)].map(([at, found]) => [at, found.map(({ text }) => text)] as const);
  return {
    everyLine: allLines(view.timeline),
    meaningful: meaningfulLines(view.timeline),
    tasks: taskCount(view),
    findings: new Map(findings),
    findingPositions: inOrder(view.findings.map((finding) => finding.position)),
  };
};

export const linesOf = (overview: Overview, verbatim: boolean): Lines =>
  verbatim ? overview.everyLine : overview.meaningful;

import { type RunIndex, runIndex } from '@custody/replay';
import type { Position } from '@custody/trace';
import { allLines, type Lines, meaningfulLines } from '../lines.ts';
import type { ReplayView } from '../view.ts';

/** What is worth knowing of a whole run, as far as it has been read. */
export interface Overview {
  readonly index: RunIndex;
  readonly everyLine: Lines;
  readonly meaningful: Lines;
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

export const overviewOf = (view: ReplayView): Overview => {
  const findings = [...byPosition(view.findings)].map(([at, found]) => [at, found.map(({ text }) => text)] as const);
  const index = runIndex(view.timeline);
  return {
    index,
    everyLine: allLines(view.timeline),
    meaningful: meaningfulLines(view.timeline, index),
    findings: new Map(findings),
    findingPositions: inOrder(view.findings.map((finding) => finding.position)),
  };
};

export const linesOf = (overview: Overview, verbatim: boolean): Lines =>
  verbatim ? overview.everyLine : overview.meaningful;

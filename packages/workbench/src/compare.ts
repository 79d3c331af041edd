import {
  type Both,
  type CompareOptions,
  type Comparison,
  compareEpisodes,
  compareRuns,
  compareWorlds,
  type EpisodeKind,
  episodesOf,
  type OwnershipParting,
  ownershipParting,
  type WorldDifference,
} from '@custody/compare';
import { type Position, rolesOf } from '@custody/trace';
import type { Run } from './open-run.ts';

/** Two runs by meaning, and what differs between their worlds: where they part, and at their ends. */
export interface RunDiff {
  readonly comparison: Comparison;
  /** Kinds of episode that had a result on one side only; null where one of the runs is compared from its middle on. */
  readonly episodes: readonly EpisodeKind[] | null;
  /** Where a quiet group first came into other hands, to stay for a while; null when none did. */
  readonly ownership: OwnershipParting | null;
  /** Just before each did what the other did not; empty when the runs are the same. */
  readonly atFirst: readonly WorldDifference[];
  /** At the positions that the comparison begins at, where they were given; else null. */
  readonly atStart: readonly WorldDifference[] | null;
  readonly atEnd: readonly WorldDifference[];
}

type ReplayableRun = Pick<Run, 'timeline' | 'replayer'>;

const ends = (left: Run, right: Run): Both<Position> => ({
  left: left.replayer.end,
  right: right.replayer.end,
});

/** What differs between the worlds of two runs, at any two positions of them; tasks go by their roles. */
export const worldsBetween = (
  left: ReplayableRun,
  right: ReplayableRun,
): ((at: Both<Position>) => readonly WorldDifference[]) => {
  const names = { left: rolesOf(left.timeline), right: rolesOf(right.timeline) };
  return (at) => compareWorlds(left.replayer.stateAt(at.left), right.replayer.stateAt(at.right), names);
};

export const diffRuns = (left: Run, right: Run, options: CompareOptions = {}): RunDiff => {
  const comparison = compareRuns(left, right, options);
  const worldsAt = worldsBetween(left, right);
  const isWhole = options.from === undefined && options.alignOn === undefined;
  const episodes = ({ header, timeline }: Run) => episodesOf(header, timeline);
  return {
    comparison,
    ownership: comparison.kind === 'parted' ? ownershipParting(left, right, comparison.pairs) : null,
    episodes: isWhole ? compareEpisodes(episodes(left), episodes(right)) : null,
    atStart: options.from === undefined ? null : worldsAt(options.from),
    atFirst: comparison.kind === 'parted' ? worldsAt(comparison.first) : [],
    atEnd: worldsAt(ends(left, right)),
  };
};

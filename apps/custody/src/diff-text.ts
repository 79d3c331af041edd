import { lineOf } from '@custody/replay';
import type { TraceEvent } from '@custody/trace';
import type { EpisodeKind, Run, RunDiff, WorldDifference } from '@custody/workbench';
import { count, many } from './print.ts';

const resultsShown = 4;
const leavesShown = 8;
const kindsShown = 10;

const leaf = (value: WorldDifference['left']): string =>
  value === null ? '-' : Array.isArray(value) ? value.join(' ') || '-' : String(value);

const worldLines = (title: string, differences: readonly WorldDifference[]): string[] => {
  if (differences.length === 0) return [`${title} are the same`];
  const shown = differences.slice(0, leavesShown);
  const more = differences.length - shown.length;
  return [
    `${title} (A | B):`,
    ...shown.map(({ path, left, right }) => `  ${path}: ${leaf(left)} | ${leaf(right)}`),
    ...(more > 0 ? [`  and ${more} more: --json has all`] : []),
  ];
};

const next = (event: TraceEvent | null): string => (event === null ? 'nothing in its place' : lineOf(event).trim());

const lostLines = ({ lost }: RunDiff['comparison']): string[] =>
  lost.left + lost.right === 0
    ? []
    : [
        `events are missing (A ${count(lost.left)}, B ${count(lost.right)}): what follows proves nothing about the gaps`,
      ];

/** `OK 12 @168, EBUSY 3 @679`; `-` when there was none. */
const tallies = ({ results }: EpisodeKind, side: 'left' | 'right'): string =>
  results
    .flatMap(({ result, [side]: tally }) =>
      tally === null ? [] : [`${result} x${count(tally.count)} @${tally.example}`],
    )
    .join(', ') || '-';

const isOnBoth = ({ results }: EpisodeKind): boolean =>
  (['left', 'right'] as const).every((side) => results.some(({ [side]: tally }) => tally !== null));

const episodeLines = (episodes: readonly EpisodeKind[]): string[] => {
  const both = episodes.filter(isOnBoth);
  const single = episodes.filter((kind) => !isOnBoth(kind));
  const shown = both.slice(0, kindsShown);
  const only = (side: 'left' | 'right', name: string): string[] => {
    const kinds = single.filter(({ results }) => results.some(({ [side]: tally }) => tally !== null));
    if (kinds.length === 0) return [];
    const told = kinds.slice(0, kindsShown).map((kind) => `${kind.kind} (${tallies(kind, side)})`);
    return [
      `  only in ${name}: ${told.join('; ')}${kinds.length > told.length ? ` and ${kinds.length - told.length} more` : ''}`,
    ];
  };
  return [
    episodes.length === 0
      ? 'every kind of episode had the same results'
      : 'episodes with a result on one side only (A | B):',
    ...shown.map((kind) => `  ${kind.kind}: ${tallies(kind, 'left')} | ${tallies(kind, 'right')}`),
    ...(both.length > shown.length ? [`  and ${both.length - shown.length} more kinds: --json has all`] : []),
    ...only('left', 'A'),
    ...only('right', 'B'),
  ];
};

const isOf = { left: 'A', right: 'B' } as const;

const ownershipLines = (ownership: RunDiff['ownership']): string[] => {
  if (ownership === null) return [];
  const { group, left, right, until, cause } = ownership;
  const end = until === null ? ', to the end' : `, until A ${until.left} and B ${until.right}`;
  return [
    `first causal difference of ownership: quiet, group ${group} is ${left.holder === 'free' ? 'free' : `owned by ${left.holder}`} in A from ${left.since} on, ` +
      `${right.holder === 'free' ? 'free' : `owned by ${right.holder}`} in B from ${right.since} on${end}`,
    ...(cause === null ? [] : [`  ${isOf[cause.side]} @${cause.at}: ${lineOf(cause.event).trim()}`]),
  ];
};

type Results = Extract<RunDiff['comparison'], { readonly kind: 'parted' }>['results'];

const resultLines = (results: Results): string[] => {
  if (results.length === 0) return ['no call of the same task had another result'];
  const shown = results.slice(0, resultsShown);
  return [
    `${many(results.length, 'call')} of the same task with another result (A | B):`,
    ...shown.map(
      ({ call, role, left, right }) =>
        `  ${call} by ${role}: ${left.errno} @${left.position} | ${right.errno} @${right.position}`,
    ),
    ...(results.length > shown.length ? [`  and ${results.length - shown.length} more: --json has all`] : []),
  ];
};

/** As a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** How the two runs were named, for commands that find them again. */
export interface Names {
  readonly left: string;
  readonly right: string;
}

const brokenOff = (name: string, { complete, closed }: Run): string[] =>
  complete
    ? []
    : [
        `${name} is not complete (${closed ? 'it broke off, or events are missing' : 'it was never closed'}); see: custody runs`,
      ];

/**
 * Two runs compared, in lines for a person: what fits on one screen.
 *
 * @param names - default: their titles.
 */
export const diffLines = (
  left: Run,
  right: Run,
  { comparison, episodes, ownership, atStart, atFirst, atEnd }: RunDiff,
  names: Names = { left: left.header.title, right: right.header.title },
): string[] => {
  const head = [
    `A = ${left.header.title}  (${left.header.run})`,
    `B = ${right.header.title}  (${right.header.run})`,
    ...brokenOff('A', left),
    ...brokenOff('B', right),
    ...(atStart === null ? [] : worldLines('the worlds where it begins', atStart)),
  ];
  if (comparison.kind !== 'parted') {
    const agree = `all ${many(comparison.shared, 'compared event')} agree, by role, object and outcome`;
    const verdict =
      comparison.kind === 'same'
        ? `same: ${agree}`
        : `equivalent: ${agree}; ${many(comparison.swaps, 'swap')} of neighbours that touch no common lock, group or device`;
    return [
      ...head,
      ...lostLines(comparison),
      comparison.shared === 0 ? 'nothing to compare: neither run has an event of a compared type there' : verdict,
    ];
  }
  const { first, next: did, before, shared, onlyLeft, onlyRight, hunks, results, exact } = comparison;
  const ignored = before.swaps === 0 ? '' : `, ${many(before.swaps, 'swap')} of independent neighbours ignored`;
  return [
    ...head,
    ...lostLines(comparison),
    ...(hunks.length === 0
      ? ['each task did the same; what differs is who came first to a lock, a group or a device']
      : []),
    ...(shared === 0 ? ['nothing in common: their tasks and devices do not go by the same names'] : []),
    `parted: ${count(shared)} events in both, ${count(onlyLeft)} only in A, ${count(onlyRight)} only in B, in ${many(hunks.length, 'hunk')}` +
      (exact ? '' : ' (aligned approximately: the runs differ too much for an exact count)'),
    `they part after ${many(before.events, 'event')} in common${ignored}: A at ${first.left}, B at ${first.right}; there`,
    `  A: ${next(did.left)}`,
    `  B: ${next(did.right)}`,
    ...worldLines('the worlds just before it', atFirst),
    ...ownershipLines(ownership),
    ...(episodes === null ? [] : episodeLines(episodes)),
    // Where kinds of episode differ, they say it better than single calls, which in a race are paired by chance.
    ...(episodes !== null && episodes.length > 0 ? [] : resultLines(results)),
    ...worldLines('the worlds at the ends', atEnd),
    `see: custody replay ${quoted(names.left)} --at ${first.left}`,
    `see: custody replay ${quoted(names.right)} --at ${first.right}`,
  ];
};

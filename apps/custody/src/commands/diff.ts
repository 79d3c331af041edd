import { lineOf } from '@custody/replay';
import { isFactType, position, type TraceEvent } from '@custody/trace';
import { RequestError, type Run, type RunDiff, type WorldDifference } from '@custody/workbench';
import { InvalidArgumentError } from 'commander';
import { findRun } from '../find-run.ts';
import { count, type ExitCode, exit, many } from '../print.ts';
import { type Register, run } from '../register.ts';

interface DiffOptions {
  readonly alignOn?: string;
  readonly at?: readonly [number, number];
}

/** `12,40` → the positions to start from in the left and in the right run. */
const pair = (text: string): readonly [number, number] => {
  const [, left, right] = /^(\d+),(\d+)$/.exec(text) ?? [];
  if (left === undefined || right === undefined)
    throw new InvalidArgumentError('It must be two positions, e.g. 12,40.');
  return [Number(left), Number(right)];
};

const resultsShown = 12;
const leavesShown = 16;

const leaf = (value: WorldDifference['left']): string =>
  value === null ? '-' : Array.isArray(value) ? value.join(' ') || '-' : String(value);

const worldLines = (title: string, differences: readonly WorldDifference[]): string[] => {
  if (differences.length === 0) return [`${title} are the same`];
  const shown = differences.slice(0, leavesShown);
  const more = differences.length - shown.length;
  return [
    `${title} (A | B):`,
    ...shown.map(({ path, left, right }) => `  ${path}: ${leaf(left)} | ${leaf(right)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
};

const next = (event: TraceEvent | null): string => (event === null ? 'the run is over' : lineOf(event).trim());

const lostLines = ({ lost }: RunDiff['comparison']): string[] =>
  lost.left + lost.right === 0
    ? []
    : [
        `events are missing (A ${count(lost.left)}, B ${count(lost.right)}): what follows proves nothing about the gaps`,
      ];

/** A difference is one even beside a gap; sameness is not, nor is it where nothing was compared. */
const codeOf = ({ kind, lost, shared }: RunDiff['comparison']): ExitCode => {
  if (kind === 'parted') return exit.no;
  return lost.left + lost.right === 0 && shared > 0 ? exit.yes : exit.inconclusive;
};

/** Two runs compared, in lines for a person. */
export const diffLines = (left: Run, right: Run, { comparison, atFirst, atEnd }: RunDiff): string[] => {
  const head = [`A = ${left.header.title}  (${left.header.run})`, `B = ${right.header.title}  (${right.header.run})`];
  if (comparison.kind === 'same') {
    return [
      ...head,
      ...lostLines(comparison),
      comparison.shared === 0
        ? 'nothing to compare: neither run has an event of a compared type there'
        : `same: all ${many(comparison.shared, 'compared event')} agree, by role, object and outcome`,
    ];
  }
  const { first, next: did, shared, onlyLeft, onlyRight, results, exact } = comparison;
  const shown = results.slice(0, resultsShown);
  return [
    ...head,
    ...lostLines(comparison),
    ...(shared === 0 ? ['nothing in common: their tasks and devices do not go by the same names'] : []),
    `parted: ${count(shared)} events in both, ${count(onlyLeft)} only in A, ${count(onlyRight)} only in B` +
      (exact ? '' : ' (at most: the runs differ too much for an exact count)'),
    `first difference: A at ${first.left}, B at ${first.right}; next`,
    `  A: ${next(did.left)}`,
    `  B: ${next(did.right)}`,
    ...(results.length > 0
      ? [`${many(results.length, 'call')} with another result (A | B):`]
      : ['no call had another result']),
    ...shown.map(
      ({ call, role, left: one, right: other }) =>
        `  ${call} by ${role}: ${one.errno} @${one.position} | ${other.errno} @${other.position}`,
    ),
    ...(results.length > shown.length ? [`  and ${results.length - shown.length} more: --json has all`] : []),
    ...worldLines('the worlds just before the first difference', atFirst),
    ...worldLines('the worlds at the ends', atEnd),
    `see: custody replay ${left.header.title} --at ${first.left}`,
    `see: custody replay ${right.header.title} --at ${first.right}`,
  ];
};

const assertWithin = ([one, other]: readonly [number, number], left: Run, right: Run): void => {
  if (one <= left.replayer.end && other <= right.replayer.end) return;
  throw new RequestError(
    `Cannot compare from ${one} and ${other}: ${left.header.title} ends at ${left.replayer.end}, ` +
      `${right.header.title} at ${right.replayer.end}`,
  );
};

export const registerDiff: Register = (program) => {
  program
    .command('diff')
    .argument('<left>', 'a run: an id, a title, the beginning of one, or a file')
    .argument('<right>', 'another')
    .description('show where two runs part, by meaning and not by time or address; exits 1 when they do')
    .option('--align-on <type>', 'compare from the first event of this type on, e.g. CallEntered')
    .option('--at <positions>', 'compare from these positions on, e.g. 12,40', pair)
    .action(
      run(async ({ print, desk }, { alignOn, at }: DiffOptions, leftName: string, rightName: string) => {
        if (alignOn !== undefined && !isFactType(alignOn)) {
          throw new RequestError(`Cannot align on "${alignOn}" as there is no such event type; see: custody show RUN`);
        }
        return desk(async (workbench) => {
          const left = await findRun(workbench, leftName, print);
          const right = await findRun(workbench, rightName, print);
          if (at !== undefined) assertWithin(at, left, right);
          const diff = workbench.compare(left, right, {
            ...(alignOn !== undefined && { alignOn }),
            ...(at !== undefined && { from: { left: position(at[0]), right: position(at[1]) } }),
          });
          const { comparison, ...worlds } = diff;
          return print.answer({
            json: { ...comparison, worlds },
            text: diffLines(left, right, diff),
            code: codeOf(comparison),
          });
        });
      }),
    );
};

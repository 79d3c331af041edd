import { lineOf } from '@custody/replay';
import { isFactType, position, type TraceEvent } from '@custody/trace';
import { RequestError, type Run, type RunDiff, type WorldDifference } from '@custody/workbench';
import { InvalidArgumentError } from 'commander';
import { findRun } from '../find-run.ts';
import { count, exit, many } from '../print.ts';
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
  if (differences.length === 0) return [`${title}: no difference`];
  const shown = differences.slice(0, leavesShown);
  const more = differences.length - shown.length;
  return [
    `${title} (A | B):`,
    ...shown.map(({ path, left, right }) => `  ${path}: ${leaf(left)} | ${leaf(right)}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
};

const next = (event: TraceEvent | null): string => (event === null ? 'the run is over' : lineOf(event).trim());

/** Two runs compared, in lines for a person. */
export const diffLines = (left: Run, right: Run, { comparison, atFirst, atEnd }: RunDiff): string[] => {
  const head = [`A = ${left.header.title}  (${left.header.run})`, `B = ${right.header.title}  (${right.header.run})`];
  if (comparison.kind === 'same') {
    return [...head, `same: all ${many(comparison.shared, 'compared event')} agree, by role, object and outcome`];
  }
  const { first, next: did, shared, onlyLeft, onlyRight, results, exact } = comparison;
  const shown = results.slice(0, resultsShown);
  return [
    ...head,
    `parted: ${count(shared)} events in both, ${count(onlyLeft)} only in A, ${count(onlyRight)} only in B` +
      (exact ? '' : ' (at most: the runs differ too much for an exact count)'),
    `first difference: A at ${first.left}, B at ${first.right}; next`,
    `  A: ${next(did.left)}`,
    `  B: ${next(did.right)}`,
    ...worldLines('the worlds there', atFirst),
    ...(results.length > 0
      ? [`${many(results.length, 'call')} with another result (A | B):`]
      : ['no call had another result']),
    ...shown.map(
      ({ call, role, left: one, right: other }) =>
        `  ${call} by ${role}: ${one.errno} @${one.position} | ${other.errno} @${other.position}`,
    ),
    ...(results.length > shown.length ? [`  and ${results.length - shown.length} more: --json has all`] : []),
    ...worldLines('at the ends', atEnd),
    `see: custody replay ${left.header.title} --at ${first.left} · custody replay ${right.header.title} --at ${first.right}`,
  ];
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
          const diff = workbench.compare(left, right, {
            ...(alignOn !== undefined && { alignOn }),
            ...(at !== undefined && { from: { left: position(at[0]), right: position(at[1]) } }),
          });
          const { comparison, ...worlds } = diff;
          return print.answer({
            json: { ...comparison, worlds },
            text: diffLines(left, right, diff),
            code: comparison.kind === 'same' ? exit.yes : exit.no,
          });
        });
      }),
    );
};

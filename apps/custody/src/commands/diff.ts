import { type FactType, isFactType, position } from '@custody/trace';
import {
  type CompareOptions,
  clusterRuns,
  compareVariants,
  RequestError,
  type Run,
  type RunDiff,
  type Stores,
  type VariantsDiff,
  type Workbench,
} from '@custody/workbench';
import { InvalidArgumentError, Option } from 'commander';
import { diffHtml } from '../diff-html.ts';
import { diffLines, type Names, quoted } from '../diff-text.ts';
import { findRun } from '../find-run.ts';
import { sideTable } from '../mail/sides.ts';
import { signature } from '../mail/signature.ts';
import { variantFrom } from '../own-variant.ts';
import { type ExitCode, exit, many, type Printer } from '../print.ts';
import { type Register, run } from '../register.ts';
import { addSearchOptions, type SearchOptions, searchFor } from '../search-options.ts';
import { variantsDiffLines } from '../variants-diff-text.ts';

interface DiffOptions extends SearchOptions {
  readonly alignOn?: string;
  readonly at?: readonly [number, number];
  readonly ignore?: readonly string[];
  readonly tasks?: readonly (readonly [string, string])[];
  readonly scenario?: readonly string[];
  readonly stores?: Stores;
  readonly html?: boolean;
}

/** `12,40` → the positions to start from in the left and in the right run. */
const pair = (text: string): readonly [number, number] => {
  const [, left, right] = /^(\d+),(\d+)$/.exec(text) ?? [];
  if (left === undefined || right === undefined)
    throw new InvalidArgumentError('It must be two positions, e.g. 12,40.');
  return [Number(left), Number(right)];
};

/** `T0=T1` → what a task is called in the left run, and in the right. */
const named = (text: string, before: readonly (readonly [string, string])[] = []) => {
  const [, left, right] = /^([^=]+)=([^=]+)$/.exec(text) ?? [];
  if (left === undefined || right === undefined)
    throw new InvalidArgumentError('It must be two names of tasks, e.g. T0=T1.');
  return [...before, [left, right] as const];
};

/** A difference is one even beside a gap; sameness is not, nor is it where nothing was compared or a run broke off. */
const codeOf = ({ kind, lost, shared }: RunDiff['comparison'], ...runs: readonly Run[]): ExitCode => {
  if (kind === 'parted') return exit.no;
  const isWhole = lost.left + lost.right === 0 && runs.every(({ complete }) => complete);
  return isWhole && shared > 0 ? exit.yes : exit.inconclusive;
};

const assertWithin = ([one, other]: readonly [number, number], left: Run, right: Run): void => {
  if (one <= left.replayer.end && other <= right.replayer.end) return;
  throw new RequestError(
    `Cannot compare from ${one} and ${other}: ${left.header.title} ends at ${left.replayer.end}, ` +
      `${right.header.title} at ${right.replayer.end}`,
  );
};

const ignoredOf = (names: readonly string[]): readonly FactType[] =>
  names.map((name) => {
    if (isFactType(name)) return name;
    throw new RequestError(`Cannot leave out "${name}" as there is no such event type; see: custody show RUN`);
  });

const optionsOf = ({ alignOn, at, ignore = [], tasks = [] }: DiffOptions): CompareOptions => ({
  ...(alignOn !== undefined && { alignOn }),
  ...(at !== undefined && { from: { left: position(at[0]), right: position(at[1]) } }),
  ignored: ignoredOf(ignore),
  tasks: new Map(tasks.map(([left, right]) => [right, left])),
});

const variantIn = (name: string): string | null => /^variant:(.*)$/.exec(name)?.[1] ?? null;

/** @throws RequestError for options that say nothing about what is compared. */
const refuse = (options: DiffOptions, names: readonly (keyof DiffOptions)[], of: string): void => {
  const given = names.find((name) => options[name] !== undefined);
  if (given === undefined) return;
  const flag = given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  throw new RequestError(`Cannot use --${flag} here: it is for comparing ${of}; leave it out`);
};

const ofRuns = ['alignOn', 'at', 'ignore', 'tasks', 'html'] as const;
const ofVariants = ['scenario', 'stores', 'budget', 'maxStates', 'memory'] as const;

const diffVariants = async (
  print: Printer,
  [left, right]: readonly [string, string],
  options: DiffOptions,
): Promise<ExitCode> => {
  refuse(options, ofRuns, 'runs');
  const search = searchFor(print, 'comparing', options);
  let told = 1;
  const found: VariantsDiff = compareVariants(
    {
      left: await variantFrom(left),
      right: await variantFrom(right),
      ...(options.scenario !== undefined && { scenarios: options.scenario }),
      ...(options.stores !== undefined && { stores: options.stores }),
    },
    search.bounds,
    ({ scenario, done, of }) => {
      if (search.seconds() < told) return;
      told = search.seconds() + 1;
      print.progress(`comparing ${scenario}, ${done + 1} of ${of}`);
    },
  );
  const differs = found.onlyLeft.length + found.onlyRight.length > 0 || found.refines === false;
  return print.answer({
    json: { ...found, seconds: search.seconds() },
    text: [...variantsDiffLines(found, { left, right }), ...(print.options.mail ? signature : [])],
    code: differs ? exit.no : found.complete ? exit.yes : exit.inconclusive,
  });
};

/** The command that gives this comparison again. */
const commandOf = ({ left, right }: Names, { alignOn, at, ignore, tasks }: DiffOptions): string =>
  [
    'custody diff',
    quoted(left),
    quoted(right),
    ...(alignOn === undefined ? [] : [`--align-on ${quoted(alignOn)}`]),
    ...(at === undefined ? [] : [`--at ${at.join(',')}`]),
    ...(ignore === undefined ? [] : [`--ignore ${ignore.join(',')}`]),
    ...(tasks ?? []).map(([one, other]) => `--tasks ${quoted(`${one}=${other}`)}`),
  ].join(' ');

/** What a mail shows beside the answer: each side around the place where they part, and where that comes from. */
const mailLines = (left: Run, right: Run, { comparison }: RunDiff, command: string): readonly string[] =>
  comparison.kind === 'parted'
    ? [
        '',
        ...sideTable('A', left, comparison.first.left),
        '',
        ...sideTable('B', right, comparison.first.right),
        '',
        'To see it again:',
        `  ${command}`,
        ...signature,
      ]
    : [...signature];

const diffMany = async (
  desk: Workbench,
  print: Printer,
  base: Run,
  names: readonly string[],
  options: DiffOptions,
): Promise<ExitCode> => {
  const runs: Run[] = [];
  for (const name of names) runs.push(await findRun(desk, name, print));
  const diffs = runs.map((other) => desk.compare(base, other, optionsOf(options)));
  const clusters = clusterRuns(diffs).map(({ differs, runs: numbers }) => ({
    differs,
    runs: numbers.map((number) => ({
      run: runs[number]?.header.run ?? '',
      title: runs[number]?.header.title ?? '',
      kind: diffs[number]?.comparison.kind ?? '',
    })),
  }));
  const codes = diffs.map(({ comparison }, number) => codeOf(comparison, base, runs[number] ?? base));
  return print.answer({
    json: { base: base.header.run, clusters },
    text: [
      `base = ${base.header.title}  (${base.header.run})`,
      ...clusters.flatMap(({ differs, runs: members }) => [
        `${many(members.length, 'run')}: ${members.map(({ title }) => title).join(', ')}`,
        ...differs.map((text) => `  ${text}`),
      ]),
      `see: custody diff ${base.header.title} ${runs[0]?.header.title ?? ''}`,
    ],
    code: codes.includes(exit.no) ? exit.no : codes.includes(exit.inconclusive) ? exit.inconclusive : exit.yes,
  });
};

export const registerDiff: Register = (program) => {
  const command = program
    .command('diff')
    .argument('<left>', 'a run: an id, a title, the beginning of one, or a file; or variant:ID')
    .argument('<right>', 'another; or variant:ID')
    .argument('[more...]', 'further runs, which are sorted by how they differ from the first')
    .description(
      'show where two runs part, by meaning and not by time or address, or what two variants do differently; exits 1 when they differ',
    )
    .option('--align-on <what>', 'compare from the first event of this type on, or the first marker with this text')
    .option('--at <positions>', 'compare from these positions on, e.g. 12,40', pair)
    .option('--ignore <types>', 'leave out events of these types, e.g. DomainAttached,BusNotified', (text: string) =>
      text.split(','),
    )
    .option('--tasks <left=right>', 'the right run calls this task otherwise, e.g. T0=T1; may be repeated', named)
    .option('--html', 'of two runs: one page with the lanes of both sides drawn, to stdout')
    .option('--scenario <id...>', 'of variants: only these (default: all)')
    .addOption(
      new Option('--stores <how>', 'of variants: whether stores to dev->driver may be late').choices(['sc', 'late']),
    );
  addSearchOptions(command).action(
    run(
      async (
        { print, desk },
        options: DiffOptions,
        leftName: string,
        rightName: string,
        more: readonly string[] = [],
      ) => {
        const variants = [leftName, rightName].map(variantIn);
        const [leftVariant, rightVariant] = variants;
        if (leftVariant != null && rightVariant != null && more.length === 0) {
          return diffVariants(print, [leftVariant, rightVariant], options);
        }
        if (variants.some((variant) => variant !== null)) {
          throw new RequestError(
            more.length > 0
              ? 'Cannot compare more than two where a variant is among them'
              : 'Cannot compare a variant with a run here: whether the variant can do what the run shows is told by ' +
                  'custody conform RUN VARIANT',
          );
        }
        refuse(options, ofVariants, 'variants');
        if (options.html === true && (more.length > 0 || print.options.json)) {
          throw new RequestError('Cannot print a page for more than two runs, or as JSON; leave --html out');
        }
        return desk(async (workbench) => {
          const left = await findRun(workbench, leftName, print);
          if (more.length > 0) return diffMany(workbench, print, left, [rightName, ...more], options);
          const right = await findRun(workbench, rightName, print);
          if (options.at !== undefined) assertWithin(options.at, left, right);
          const diff = workbench.compare(left, right, optionsOf(options));
          const { comparison, episodes, ownership, ...worlds } = diff;
          const names = { left: leftName, right: rightName };
          const text = diffLines(left, right, diff, names);
          if (options.html === true) {
            print.raw(diffHtml(left, right, diff, text));
            return codeOf(comparison, left, right);
          }
          return print.answer({
            json: { ...comparison, episodes, ownership, worlds },
            text: [...text, ...(print.options.mail ? mailLines(left, right, diff, commandOf(names, options)) : [])],
            code: codeOf(comparison, left, right),
          });
        });
      },
    ),
  );
};

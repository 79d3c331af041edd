import {
  argumentOf,
  type ExperimentRequest,
  experimentOf,
  exploringScenario,
  noReduction,
  RequestError,
  scenarios,
  twistOf,
  type VariantReport,
} from '@custody/workbench';
import {
  type Asked,
  addSizeOptions,
  askedOf,
  requestOf,
  type SizeOptions,
  scenarioWord,
  variantWord,
} from '../experiment-options.ts';
import { exploreFrom } from '../explore-from.ts';
import { exploreInParallel } from '../explore-in-parallel.ts';
import { exploreLines } from '../explore-text.ts';
import { argumentLines, breaks, type Charge, deadlocks } from '../mail/argument.ts';
import { signature } from '../mail/signature.ts';
import { type ExitCode, exit, many } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';
import { addSearchOptions, type SearchOptions, searchFor } from '../search-options.ts';

type ExploreOptions = SizeOptions &
  SearchOptions & {
    /** False with --no-reduction. */
    readonly reduction: boolean;
    readonly lossy?: boolean;
    readonly workers: number;
    readonly from?: string;
    readonly calls?: number;
  };

/** A charge with the schedule that proves it. */
interface Proven extends Charge {
  /** What is broken, in a line of a list. */
  readonly name: string;
  readonly schedule: string;
  readonly steps: number;
}

/** A deadlock before all else; what is so from the start, where there is nothing to replay, after all else. */
const rankOf = ({ waits, steps }: Proven): number => {
  if (waits !== null) return 0;
  return steps > 0 ? steps : Number.POSITIVE_INFINITY;
};

/** Everything that was found, in the order in which it is worth telling. */
const chargesOf = ({ properties, deadlock }: VariantReport): readonly Proven[] => {
  const waitsAt = (schedule: string): Charge['waits'] => (schedule === deadlock?.schedule ? deadlock.waits : null);
  const broken = properties.flatMap(({ id, name, source, schedule, steps }): Proven[] =>
    schedule === null || steps === null
      ? []
      : [
          {
            name: `${id}: ${name}`,
            says: breaks(id, name, source),
            schedule,
            steps,
            waits: waitsAt(schedule),
          },
        ],
  );
  const isTold = deadlock === null || broken.some(({ schedule }) => schedule === deadlock.schedule);
  const standstill = isTold ? [] : [{ name: 'a deadlock', says: deadlocks, ...deadlock }];
  return [...broken, ...standstill].sort((left, right) => (rankOf(left) < rankOf(right) ? -1 : 1));
};

/** For a mail: the shortest schedule as a table, and what else was found by name. */
const mailLines = (report: VariantReport, request: ExperimentRequest, asked: Asked): readonly string[] => {
  const [first, ...others] = chargesOf(report);
  if (first === undefined) return [];
  return [
    ...argumentLines(argumentOf(request, first.schedule), first, asked, first.schedule),
    ...(others.length === 0 ? [] : ['', 'Also:']),
    ...others.map(({ name, steps, schedule }) =>
      schedule === first.schedule
        ? `  ${name}; by the same schedule`
        : `  ${name}; in ${many(steps, 'step')}: ${schedule === '' ? 'from the start' : schedule}`,
    ),
    ...signature,
  ];
};

const codeOf = ({ complete, deadlock, properties }: VariantReport): ExitCode => {
  if (deadlock !== null || properties.some(({ verdict }) => verdict === 'violated')) return exit.no;
  return complete ? exit.yes : exit.inconclusive;
};

/** How many devices and claimers it was told with; null where it is of one size only. */
const sizeOf = ({ scenario, devices, claimers }: Asked): object | null => {
  const usual = scenarios.find(({ id }) => id === scenario)?.scaled?.usual;
  return usual === undefined ? null : { devices: devices ?? usual.devices, claimers: claimers ?? usual.claimers };
};

export const registerExplore: Register = (program) => {
  const command = program
    .command('explore')
    .argument('<variant>', variantWord)
    .argument('[scenario]', scenarioWord)
    .description('try every interleaving; exits 1 with a shortest schedule when a property is violated');
  addSearchOptions(addSizeOptions(command))
    .option('--no-reduction', 'look at every state, also where one stands for others')
    .option(
      '--lossy',
      'remember 64 bits of hash for each state in its place: goes on where memory ends, at a stated risk',
    )
    .option(
      '--workers <n>',
      'in so many threads: on more than two processors, for ten million states or more',
      wholeNumber,
      1,
    )
    .option('--from <run@position>', 'in the place of a scenario: what may come of a run from there')
    .option('--calls <n>', 'with --from: so many of the calls that the run goes on with (default: 6)', wholeNumber)
    .action(
      run(async (context, options: ExploreOptions, variant: string, scenario: string | undefined) => {
        const { print } = context;
        const { from } = options;
        if ((from === undefined) === (scenario === undefined)) {
          throw new RequestError(
            'Cannot explore without a scenario or a run to go on from: name one, or say --from RUN@P',
          );
        }
        if (from !== undefined) return exploreFrom(context, variant, { ...options, from });
        if (scenario === undefined) throw new RequestError('Cannot explore without a scenario; see: custody scenarios');
        const asked = askedOf(variant, scenario, options);
        const request = await requestOf(asked);
        const experiment = experimentOf(request);
        const twist = twistOf(experiment.variant, experiment.scenario);
        const search = searchFor(print, `exploring ${asked.scenario}`, options);
        const bounds = { ...search.bounds, ...(!options.reduction && { reduction: noReduction }) };
        const { workers, lossy = false } = options;
        const report = await search.take(
          workers === 1
            ? exploringScenario(request, { ...bounds, lossy })
            : exploreInParallel(request, { ...bounds, lossy, workers }),
        );
        const seconds = search.seconds();
        const stop = search.stopOf(report.bound);
        const mail = print.options.mail ? mailLines(report, request, asked) : [];
        return print.answer({
          json: { ...report, bound: stop, seconds, size: sizeOf(asked), twist },
          text: mail.length > 0 ? mail : exploreLines(report, { seconds, stop, asked, twist }),
          code: codeOf(report),
        });
      }),
    );
};

import { RequestError, type SchedulerChoice } from '@custody/workbench';
import { Option } from 'commander';
import { exit, many } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';

interface SimulateOptions {
  readonly scheduler?: 'round-robin' | 'random';
  readonly seed?: number;
  readonly schedule?: string;
}

const choiceOf = ({ scheduler, seed, schedule }: SimulateOptions): SchedulerChoice => {
  if (schedule !== undefined) {
    if (scheduler === undefined && seed === undefined) return { kind: 'schedule', schedule };
    throw new RequestError('Cannot follow a schedule and choose a scheduler too; give --schedule alone');
  }
  if (scheduler === 'random') {
    if (seed !== undefined) return { kind: 'random', seed };
    throw new RequestError('Cannot roll dice without a seed, as nobody could repeat the run; give --seed N');
  }
  if (seed !== undefined) throw new RequestError('Cannot use --seed with round-robin; give --scheduler random');
  return { kind: 'round-robin' };
};

const endings = {
  done: 'every task finished',
  deadlock: 'DEADLOCK: nobody can move, and not everything is finished and unlocked',
  stopped: 'the schedule ended before every task had finished',
  bound: 'stopped at the longest run that is simulated',
} as const;

export const registerSimulate: Register = (program) => {
  program
    .command('simulate')
    .argument('<variant>', 'see: custody variants')
    .argument('<scenario>', 'see: custody scenarios')
    .description('make one run of a scenario and record it; exits 1 when a property is violated')
    .addOption(new Option('--scheduler <name>', 'who moves next').choices(['round-robin', 'random']))
    .option('--seed <n>', 'the seed of --scheduler random', wholeNumber)
    .option('--schedule <schedule>', 'who moves, e.g. "T0*3 T1 T0!fail"')
    .action(
      run(async ({ print, desk }, options: SimulateOptions, variant: string, scenario: string) => {
        const made = await desk((workbench) => workbench.simulate(variant, scenario, choiceOf(options)));
        const { run: id, title, schedule, events, violations, parted, ending } = made;
        return print.answer({
          json: { run: id, title, schedule, events, violations, parted, ending },
          text: [
            `${title}  (${id}): ${many(events, 'event')}; ${endings[ending]}`,
            `  schedule: ${schedule}`,
            ...(parted === null
              ? []
              : [
                  `  parted from the given schedule after ${many(parted.step, 'step')}: ${parted.action} could not move ` +
                    `(${parted.why}); what could not move was passed over, and the rest ran in turn`,
                ]),
            ...violations.map(({ id: property, name, position }) => `  ! @${position} ${property} violated: ${name}`),
            `  see: custody replay ${title}`,
          ],
          code: violations.length > 0 || ending === 'deadlock' ? exit.no : exit.yes,
        });
      }),
    );
};

import { exploreScenario, type VariantReport } from '@custody/workbench';
import { InvalidArgumentError } from 'commander';
import { count, type ExitCode, exit, many } from '../print.ts';
import { type Register, run, wholeNumber } from '../register.ts';

interface ExploreOptions {
  readonly budget?: number;
  readonly maxStates?: number;
}

const units = { ms: 1, s: 1000, m: 60_000 } as const;

/** `30s`, `500ms`, `2m` → milliseconds. */
const duration = (text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 500ms or 2m.');
  return Number(number) * units[unit as keyof typeof units];
};

const verdicts = { holds: 'holds    ', violated: 'VIOLATED ', unknown: 'unknown  ' } as const;

/** What an exploration found, in lines for a person. */
export const exploreLines = (report: VariantReport, seconds: number): string[] => {
  const { variant, scenario, complete, states, transitions, deadlock, properties, outcomes } = report;
  const how = complete
    ? 'complete: every interleaving'
    : 'INCOMPLETE: a bound stopped it, what was not found may exist';
  const witness = (schedule: string, steps: number): string[] => [
    `              in ${many(steps, 'step')}: ${schedule}`,
    `              see: custody simulate ${variant} ${scenario} --schedule '${schedule}'`,
  ];
  return [
    `${variant} in ${scenario}: ${how}`,
    `  ${count(states)} states, ${count(transitions)} transitions, ${seconds.toFixed(2)} s`,
    ...properties.flatMap(({ id, name, verdict, schedule, steps }) => [
      `  ${verdicts[verdict]} ${id}  ${name}`,
      ...(schedule === null || steps === null ? [] : witness(schedule, steps)),
    ]),
    ...(deadlock === null
      ? [complete ? '  no deadlock' : '  no deadlock so far']
      : ['  DEADLOCK', ...witness(deadlock.schedule, deadlock.steps)]),
    `  ${many(outcomes.length, 'way')} to end${complete ? '' : ' so far'}:`,
    ...outcomes.map(({ results, final: { owner, ownerCount, domain } }) => {
      const calls = Object.entries(results).map(([task, errnos]) => `${task} ${errnos.join(' ') || '-'}`);
      return `    ${calls.join(', ')}; then owner ${owner ?? 'none'}, count ${ownerCount}, domain ${domain}`;
    }),
  ];
};

const codeOf = ({ complete, deadlock, properties }: VariantReport): ExitCode => {
  if (deadlock !== null || properties.some(({ verdict }) => verdict === 'violated')) return exit.no;
  return complete ? exit.yes : exit.inconclusive;
};

export const registerExplore: Register = (program) => {
  program
    .command('explore')
    .argument('<variant>', 'see: custody variants')
    .argument('<scenario>', 'see: custody scenarios')
    .description('try every interleaving; exits 1 with a shortest schedule when a property is violated')
    .option('--budget <time>', 'stop after this long, e.g. 30s (exit 3)', duration)
    .option('--max-states <n>', 'stop after this many states (exit 3)', wholeNumber)
    .action(
      run(async ({ print }, { budget, maxStates }: ExploreOptions, variant: string, scenario: string) => {
        const began = performance.now();
        const report = exploreScenario(variant, scenario, {
          ...(maxStates !== undefined && { maxStates }),
          ...(budget !== undefined && { deadline: () => performance.now() - began > budget }),
        });
        const seconds = (performance.now() - began) / 1000;
        return print.answer({
          json: { ...report, seconds },
          text: exploreLines(report, seconds),
          code: codeOf(report),
        });
      }),
    );
};

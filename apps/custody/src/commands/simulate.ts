import { argumentOf, cases, type ExperimentRequest, type SimulatedRun, sentences, waitsText } from '@custody/workbench';
import {
  type Asked,
  addSizeOptions,
  askedOf,
  requestOf,
  type SizeOptions,
  scenarioWord,
  variantWord,
} from '../experiment-options.ts';
import { huntLines } from '../hunt-text.ts';
import { argumentLines, breaks, type Charge, departsFrom } from '../mail/argument.ts';
import { signature } from '../mail/signature.ts';
import { type ExitCode, exit, many } from '../print.ts';
import { type Register, run } from '../register.ts';
import { addSchedulerOptions, type SchedulerOptions, wishOf } from '../scheduler-options.ts';
import { searchFor } from '../search-options.ts';

interface SimulateOptions extends SizeOptions, SchedulerOptions {}

const endings = {
  done: 'every task finished',
  deadlock: 'DEADLOCK: nobody can move, and not everything is finished and unlocked',
  stopped: 'the schedule ended before every task had finished',
  bound: 'stopped at the longest run that is simulated',
} as const;

/** How the run ended; a shrunk one where it shows what it was found for. */
const endingText = ({ ending, hunt }: SimulatedRun): string =>
  ending === 'stopped' && hunt?.found ? 'ends where it shows the violation' : endings[ending];

/** `case 2.a.i at @12: …`, each once, in the order in which they were met; what was not as expected is marked. */
const caseLines = ({ cases }: SimulatedRun): string[] =>
  [...Map.groupBy(cases, ({ id, says, isExpected }) => `${id} ${says} ${isExpected}`).values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { id, says, isExpected, position } = first;
    const name = id === null ? 'no case covers it' : `case ${id}`;
    const again = same.length === 1 ? '' : ` and ${many(same.length - 1, 'time')} more`;
    return [
      `  ${isExpected ? '' : '! '}${name} at @${position}${again}: ${says}${isExpected ? '' : '; that is not what was done'}`,
    ];
  });

/** A run that is not the one that was asked for, or has no end, proves nothing by what it did not break. */
const codeOf = ({ violations, parted, ending, hunt }: SimulatedRun): ExitCode => {
  if (violations.length > 0 || ending === 'deadlock') return exit.no;
  const isWhole = ending === 'done' && (hunt === null || hunt.cut === 0);
  return parted === null && isWhole ? exit.yes : exit.inconclusive;
};

const inconclusiveLines = (made: SimulatedRun): string[] => {
  if (codeOf(made) !== exit.inconclusive) return [];
  const why = made.parted === null ? 'the run was not followed to its end' : 'the run is not the one that was given';
  return [`  inconclusive: nothing was violated, and ${why}`];
};

/** Where a run is no longer the one that was given, why, and what was done from there on. */
const partedLines = ({ parted, tolerant }: SimulatedRun): string[] => {
  if (parted === null) return [];
  const then = tolerant
    ? 'the rest of the schedule was left, and everybody moved in turn'
    : 'what could not move was passed over, and after the schedule everybody moved in turn';
  return [
    `  parted from the given schedule after ${many(parted.step, 'step')}: ${parted.action} could not move ` +
      `(${parted.why}); ${then}`,
  ];
};

/** What a run came to, in lines for a person. */
const runLines = (made: SimulatedRun, asked: Asked): string[] => {
  const { run: id, title, schedule, events, violations, waits } = made;
  return [
    `${title}  (${id}): ${many(events, 'event')}; ${endingText(made)}`,
    `  schedule: ${schedule}`,
    ...partedLines(made),
    ...violations.map(({ id: property, name, position }) => `  ! @${position} ${property} violated: ${name}`),
    ...(waits === null ? [] : [`  ! ${waitsText(waits)}`]),
    ...caseLines(made),
    ...huntLines(made, asked),
    ...inconclusiveLines(made),
    `  see: custody replay ${title}`,
  ];
};

/** What a run can be charged with: where, and in how many words. */
interface Found extends Charge {
  readonly step: number;
  /** In a line of a list. */
  readonly name: string;
}

/** The violations in the order in which they came, then the cases in which something else was done than is expected. */
const foundIn = ({ violations, cases: met, waits }: SimulatedRun): readonly Found[] => [
  ...violations.map(({ id, name, step }) => ({
    step,
    name: `${id} at step ${step}: ${name}`,
    says: breaks(id, name, sentences.find((sentence) => sentence.id === id)?.source ?? null),
    waits: id === 'I11' ? waits : null,
  })),
  ...met.flatMap(({ id, says, isExpected, step }, index): Found[] => {
    const isFirst = met.findIndex((one) => one.id === id && !one.isExpected) === index;
    if (isExpected || id === null || !isFirst) return [];
    const source = cases.find((one) => one.id === id)?.source ?? null;
    const name = `case ${id} at step ${step}: ${says}: this is not what was done`;
    return [{ step, name, says: departsFrom(id, says, source), waits: null }];
  }),
];

/** The first violation of a run, or else the first case that is not as expected, for a mail; nothing without one. */
const mailLines = (made: SimulatedRun, request: ExperimentRequest, asked: Asked): readonly string[] => {
  const { schedule, waits, ending } = made;
  const [first, ...others] = foundIn(made);
  if (first === undefined) return [];
  const lines = [...partedLines(made), ...huntLines(made, asked)];
  return [
    ...argumentLines(argumentOf(request, schedule, first.step), first, asked, schedule),
    ...(others.length === 0 ? [] : ['', 'Also in the same run:']),
    ...others.map(({ name }) => `  ${name}`),
    ...(ending === 'deadlock' && waits !== null ? ['', `In the end nobody can move: ${waitsText(waits)}`] : []),
    ...(lines.length === 0 ? [] : ['', ...lines]),
    ...signature,
  ];
};

export const registerSimulate: Register = (program) => {
  const command = program
    .command('simulate')
    .argument('<variant>', variantWord)
    .argument('<scenario>', scenarioWord)
    .description(
      'make a run of a scenario and record it; exits 1 when a property is violated, 3 when it does not fit or ends early',
    );
  addSchedulerOptions(addSizeOptions(command)).action(
    run(async ({ print, desk }, options: SimulateOptions, variant: string, scenario: string) => {
      const wish = wishOf(options);
      const asked = askedOf(variant, scenario, options);
      const request = await requestOf(asked);
      const { deadline } = searchFor(print, `hunting in ${asked.scenario}`, {}).bounds;
      const made = await desk((workbench) =>
        wish.kind === 'run' ? workbench.simulate(request, wish.choice) : workbench.hunt(request, { ...wish, deadline }),
      );
      const mail = print.options.mail ? mailLines(made, request, asked) : [];
      return print.answer({
        json: made,
        text: mail.length > 0 ? mail : runLines(made, asked),
        code: codeOf(made),
      });
    }),
  );
};

import { type Case, type CaseLedger, cases, type LedgerCase, type Overtaking } from '@custody/workbench';
import { type Asked, type SizeOptions, simulateCommand } from './experiment-options.ts';
import { many } from './print.ts';

/** How a person asked for a ledger: enough to print commands that show its witnesses. */
export interface LedgerAsked extends SizeOptions {
  readonly variant: string;
}

const verdictText = ({ reached, holds }: LedgerCase): string => {
  if (!reached) return 'not reached';
  return { true: 'holds', false: 'FAILS', null: 'holds so far' }[String(holds) as 'true' | 'false' | 'null'];
};

const stepsIn = (schedule: string): number =>
  schedule
    .split(' ')
    .filter(Boolean)
    .reduce((steps, word) => steps + Number(/\*(\d+)$/.exec(word)?.[1] ?? 1), 0);

const see = (asked: LedgerAsked, scenario: string, schedule: string): string => {
  const command: Asked = { ...asked, scenario };
  return `              see: ${simulateCommand(command, schedule)}`;
};

const caseLines = ({ id, says }: Case, found: LedgerCase, asked: LedgerAsked): string[] => [
  `  ${id.padEnd(7)} ${verdictText(found).padEnd(12)} ${says}`,
  ...(found.witness === null || found.scenario === null
    ? []
    : [
        `              in ${found.scenario}, ${many(stepsIn(found.witness), 'step')}`,
        see(asked, found.scenario, found.witness),
      ]),
];

/** The size is the scenarios' own matter; the story about fairness has one only. */
const overtakingLines = (
  what: string,
  { times, bounded, schedule, loop }: Overtaking,
  see: (it: string) => string,
): string[] => {
  if (bounded === null) return [`    ${what}: not known, a bound stopped the search`];
  if (bounded) {
    const often = times === 0 ? 'never' : `at most ${many(times ?? 0, 'time')}`;
    return [`    ${what}: ${often}`, ...(times === 0 ? [] : [see(schedule)])];
  }
  const into = schedule === '' ? 'from the start' : `after ${schedule}`;
  return [`    ${what}: WITHOUT BOUND: ${into}, round and round: ${loop}`, see(`${schedule} ${loop}`.trim())];
};

const fairnessLines = (
  { fairness: { scenario, handedOn, outrun } }: CaseLedger,
  { variant, stores }: LedgerAsked,
): string[] => {
  const asked: LedgerAsked = { variant, ...(stores !== undefined && { stores }) };
  const shown = (schedule: string): string => see(asked, scenario, schedule);
  return [
    '  a claim of user space that waits for the mutex (2.a.i: "unfair", "but not incorrect"), is overtaken',
    ...overtakingLines('as the group is handed on to a sibling', handedOn, shown),
    ...overtakingLines('as a kernel driver takes the mutex first', outrun, shown),
  ];
};

const scopeText = ({ scenarios, stores, complete }: CaseLedger): string => {
  const [only, ...others] = scenarios;
  const over = others.length === 0 && only !== undefined ? only : many(scenarios.length, 'scenario');
  const how = complete ? 'every interleaving' : 'INCOMPLETE: a bound stopped it, what was not found may exist';
  return `${over}${stores === 'late' ? ', late stores' : ''}: ${how}`;
};

/** The cases of the mail under one variant, in lines for a person. */
export const ledgerLines = (ledger: CaseLedger, asked: LedgerAsked): string[] => [
  `the cases of the mail under ${ledger.variant}, over ${scopeText(ledger)}`,
  ...(ledger.leftOut.length === 0
    ? []
    : [`  without ${ledger.leftOut.join(', ')}, as there the scheme is another one: name them to count them`]),
  ...cases.flatMap((one) => caseLines(one, ledger.cases[one.id] as LedgerCase, asked)),
  ...(ledger.unlisted.length === 0 ? [] : ['  situations that no case covers:']),
  ...ledger.unlisted.flatMap(({ says, scenario, witness }) => [
    `    ${says}: in ${scenario}, ${many(stepsIn(witness), 'step')}`,
    see(asked, scenario, witness),
  ]),
  ...fairnessLines(ledger, asked),
];

const cell = ({ reached, holds }: LedgerCase): string => {
  if (!reached) return '.';
  return { true: 'ok', false: 'NO', null: '?' }[String(holds) as 'true' | 'false' | 'null'];
};

const overtaken = ({ times, bounded }: Overtaking): string => {
  if (bounded === null) return '?';
  return bounded ? String(times) : 'inf';
};

/** Every variant beside every case: a column for a variant, numbered, so that it fits a mail. */
export const ledgerTable = (ledgers: readonly CaseLedger[]): string[] => {
  const row = (head: string, cells: readonly string[]): string =>
    `  ${head.padEnd(9)}${cells.map((it) => it.padStart(4)).join('')}`;
  const ids = ledgers.map(({ variant }, index) => `  ${String(index + 1).padStart(2)}  ${variant}`);
  return [
    row(
      'case',
      ledgers.map((_, index) => String(index + 1)),
    ),
    ...cases.map(({ id }) =>
      row(
        id,
        ledgers.map((ledger) => cell(ledger.cases[id] as LedgerCase)),
      ),
    ),
    row(
      'unlisted',
      ledgers.map(({ unlisted }) => String(unlisted.length)),
    ),
    row(
      'handed on',
      ledgers.map(({ fairness }) => overtaken(fairness.handedOn)),
    ),
    row(
      'outrun',
      ledgers.map(({ fairness }) => overtaken(fairness.outrun)),
    ),
    '',
    '  ok: what is expected is done, every time. NO: it is not. .: never reached. ?: a bound was hit.',
    '  Scenarios that change a scheme do not count for it: custody cases VARIANT names them.',
    '  unlisted: situations that no case covers. handed on, outrun: how often a claim that waits is overtaken.',
    '',
    ...ids,
    '',
    '  see: custody cases VARIANT',
  ];
};

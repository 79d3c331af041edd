import {
  type Case,
  type CaseLedger,
  cases,
  type KnobDifference,
  type LedgerCase,
  type Overtaking,
  type Variant,
} from '@custody/workbench';
import { type Asked, ownText, type SizeOptions, simulateCommand, sizeWords } from './experiment-options.ts';
import { many } from './print.ts';

/** How a person asked for a ledger: enough to print commands that show its witnesses. */
export interface LedgerAsked extends SizeOptions {
  readonly variant: string;
}

const verdictText = ({ reached, holds }: LedgerCase, isComplete: boolean): string => {
  if (!reached) return isComplete ? 'not reached' : 'unknown';
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

/** A scenario that keeps its usual size takes no option for another. */
const askedIn = (scenario: string, { scaled }: CaseLedger, { variant, stores, ...size }: LedgerAsked): LedgerAsked => ({
  variant,
  ...(stores !== undefined && { stores }),
  ...(scaled.includes(scenario) && size),
});

const caseLines = ({ id, says }: Case, ledger: CaseLedger, asked: LedgerAsked): string[] => {
  const found = ledger.cases[id] as LedgerCase;
  const { witness, scenario, holds, broken } = found;
  return [
    `  ${id.padEnd(7)} ${verdictText(found, ledger.casesComplete).padEnd(13)} ${says}`,
    ...(holds === false && broken.length === 0
      ? [`              not as expected, and no property broken${ledger.casesComplete ? '' : ' so far'}`]
      : []),
    ...(witness === null || scenario === null
      ? []
      : [
          `              in ${scenario}, ${many(stepsIn(witness), 'step')}`,
          see(askedIn(scenario, ledger, asked), scenario, witness),
        ]),
  ];
};

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
  { fairness: { scenario, handedOn, outrun, inOrder } }: CaseLedger,
  { variant, stores }: LedgerAsked,
): string[] => {
  const asked: LedgerAsked = { variant, ...(stores !== undefined && { stores }) };
  const shown = (schedule: string): string => see(asked, scenario, schedule);
  const shownInOrder = (schedule: string): string => see(asked, `${scenario}-in-order`, schedule);
  const where = 'where a mutex goes to who asked first';
  return [
    '  a claim of user space that waits for the mutex (2.a.i: "unfair", "but not incorrect"), is overtaken',
    ...overtakingLines('as the group is handed on to a sibling', handedOn, shown),
    ...overtakingLines('as a kernel driver takes the mutex first', outrun, shown),
    ...overtakingLines(`${where}: as the group is handed on to a sibling`, inOrder.handedOn, shownInOrder),
    ...overtakingLines(`${where}: as a kernel driver takes the mutex first`, inOrder.outrun, shownInOrder),
  ];
};

const scopeText = ({ scenarios, stores, complete }: CaseLedger): string => {
  const [only, ...others] = scenarios;
  const over = others.length === 0 && only !== undefined ? only : many(scenarios.length, 'scenario');
  const how = complete ? 'every interleaving' : 'INCOMPLETE: a bound stopped it, what was not found may exist';
  return `${over}${stores === 'late' ? ', late stores' : ''}: ${how}`;
};

const sizeLines = ({ scenarios, scaled }: CaseLedger, { devices, claimers }: LedgerAsked): string[] => {
  if (scaled.length === 0 || scaled.length === scenarios.length) return [];
  const size = sizeWords({ ...(devices !== undefined && { devices }), ...(claimers !== undefined && { claimers }) });
  return [`  ${scaled.length} of them with${size}, the others in their usual size`];
};

/** What somebody's own variant changes; nothing for one that everybody can look up. */
export interface Own {
  readonly variant: Variant;
  readonly differs: readonly KnobDifference[];
}

/** The cases of the mail under one variant, in lines for a person. */
export const ledgerLines = (ledger: CaseLedger, asked: LedgerAsked, own: Own): string[] => [
  `the cases of the mail under ${ledger.variant}, over ${scopeText(ledger)}`,
  ...ownText(own.variant, own.differs).map((text) => `  ${text}`),
  ...sizeLines(ledger, asked),
  ...(ledger.leftOut.length === 0
    ? []
    : [`  without ${ledger.leftOut.join(', ')}, as there the scheme is another one: name them to count them`]),
  ...cases.flatMap((one) => caseLines(one, ledger, asked)),
  ...(ledger.unlisted.length === 0 ? [] : ['  situations that no case covers:']),
  ...ledger.unlisted.flatMap(({ says, scenario, witness }) => [
    `    ${says}: in ${scenario}, ${many(stepsIn(witness), 'step')}`,
    see(askedIn(scenario, ledger, asked), scenario, witness),
  ]),
  ...fairnessLines(ledger, asked),
];

const cell = ({ reached, holds }: LedgerCase, isComplete: boolean): string => {
  if (!reached) return isComplete ? '.' : '?';
  return { true: 'ok', false: 'NO', null: '?' }[String(holds) as 'true' | 'false' | 'null'];
};

const overtaken = ({ times, bounded }: Overtaking): string => {
  if (bounded === null) return '?';
  return bounded ? String(times) : 'inf';
};

/** Every variant beside every case: a column for a variant, numbered, so that it fits a mail. */
export const ledgerTable = (ledgers: readonly CaseLedger[]): string[] => {
  const row = (head: string, cells: readonly string[]): string =>
    `  ${head.padEnd(11)}${cells.map((it) => it.padStart(4)).join('')}`;
  const ids = ledgers.map(({ variant }, index) => `  ${String(index + 1).padStart(2)}  ${variant}`);
  return [
    row(
      'case',
      ledgers.map((_, index) => String(index + 1)),
    ),
    ...cases.map(({ id }) =>
      row(
        id,
        ledgers.map((ledger) => cell(ledger.cases[id] as LedgerCase, ledger.casesComplete)),
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
    row(
      'handed on*',
      ledgers.map(({ fairness }) => overtaken(fairness.inOrder.handedOn)),
    ),
    row(
      'outrun*',
      ledgers.map(({ fairness }) => overtaken(fairness.inOrder.outrun)),
    ),
    '',
    '  ok: what is expected is done, every time. NO: it is not. .: never reached. ?: a bound was hit.',
    '  Scenarios that change a scheme do not count for it: custody cases VARIANT names them.',
    '  unlisted: situations that no case covers. handed on, outrun: how often a claim that waits is overtaken.',
    '  *: where a mutex goes to who asked first.',
    '',
    ...ids,
    '',
    '  see: custody cases VARIANT',
  ];
};

import { type Case, cases, outcomeText, type VariantReport, waitsText } from '@custody/workbench';
import type { Item } from '../item-list.ts';
import { type Row, span, type Tone } from '../row.ts';
import { wrapped } from '../text.ts';

/** A schedule that can be replayed, and where. */
export interface Witness {
  readonly scenario: string;
  readonly schedule: string;
}

type Items = readonly Item<Witness>[];

export const count = (value: number): string => value.toLocaleString('en');
export const many = (number: number, what: string): string => `${count(number)} ${what}${number === 1 ? '' : 's'}`;

/** The label column of the verdicts. */
const labelWidth = 10;

export const labelled = (label: string, tone: Tone, text: string, width: number): readonly Row[] => {
  const [first = '', ...rest] = wrapped(text, width - labelWidth);
  return [
    [span(label.padEnd(labelWidth), tone), span(first)],
    ...rest.map((line): Row => [span(' '.repeat(labelWidth)), span(line)]),
  ];
};

export const heading = (text: string): Item<never> => ({ rows: [[span(text, 'accent')]], value: null });

const note = (text: string, tone: Tone = 'dim'): Row => [span(' '.repeat(labelWidth)), span(text, tone)];

/** How many steps a schedule has, as it is written: `T0*3 T1` has four. */
export const stepsIn = (schedule: string): number =>
  schedule
    .split(' ')
    .filter((word) => word !== '')
    .reduce((steps, word) => steps + Number(/\*(\d+)$/.exec(word)?.[1] ?? 1), 0);

/** How far away it is, and the schedule as far as there is room for it. */
const wayRow = (schedule: string): Row =>
  note(schedule === '' ? 'from the start' : `in ${many(stepsIn(schedule), 'step')}: ${schedule}`);

const propertyItems = ({ properties, scenario }: VariantReport, width: number): Items => {
  const violated = properties.flatMap(
    ({ id, name, schedule }): Items =>
      schedule === null
        ? []
        : [
            {
              rows: [...labelled('VIOLATED', 'bad', `${id} ${name}`, width), wayRow(schedule)],
              value: { scenario, schedule },
            },
          ],
  );
  const others = properties
    .filter(({ schedule }) => schedule === null)
    .map(
      ({ id, name, verdict }): Item<Witness> => ({
        rows: labelled(
          verdict === 'holds' ? 'holds' : 'unknown',
          verdict === 'holds' ? 'good' : 'warn',
          `${id} ${name}`,
          width,
        ),
        value: null,
      }),
    );
  return [...violated, ...others];
};

const deadlockItems = ({ deadlock, complete, scenario }: VariantReport, width: number): Items => {
  if (deadlock === null)
    return [
      {
        rows: labelled('none', complete ? 'good' : 'warn', complete ? 'no deadlock' : 'no deadlock so far', width),
        value: null,
      },
    ];
  const { waits, schedule } = deadlock;
  return [
    {
      rows: [...labelled('DEADLOCK', 'bad', waitsText(waits), width), wayRow(schedule)],
      value: { scenario, schedule },
    },
  ];
};

/** A case in a word: what was seen of it. */
export const caseWord = (reached: boolean, holds: boolean | null, complete: boolean): readonly [string, Tone] => {
  if (!reached) return [complete ? 'not met' : 'unknown', 'dim'];
  if (holds === null) return ['so far', 'warn'];
  return holds ? ['holds', 'good'] : ['FAILS', 'bad'];
};

const caseItem = (report: VariantReport, { id, says }: Case, width: number): Item<Witness> => {
  const { reached = false, holds = null, witness = null } = report.cases[id] ?? {};
  const [word, tone] = caseWord(reached, holds, report.complete);
  return {
    rows: labelled(word, tone, `${id.padEnd(6)} ${says}`, width),
    value: witness === null ? null : { scenario: report.scenario, schedule: witness },
  };
};

/** As many ways to end as a person reads. */
const outcomesShown = 12;

const outcomeItems = ({ outcomes, complete }: VariantReport): Items => {
  const more = outcomes.length - outcomesShown;
  return [
    heading(`${many(outcomes.length, 'way')} to end${complete ? '' : ' so far'}`),
    ...outcomes
      .slice(0, outcomesShown)
      .map((outcome): Item<Witness> => ({ rows: [[span(outcomeText(outcome))]], value: null })),
    ...(more > 0 ? [{ rows: [[span(`and ${count(more)} more`, 'dim' as const)]], value: null }] : []),
  ];
};

const casesMetFirst = (report: VariantReport): readonly Case[] =>
  [true, false].flatMap((met) => cases.filter(({ id }) => (report.cases[id]?.reached ?? false) === met));

/** What a search came to: what is violated comes first, and whatever has a schedule can be chosen. */
export const verdictItems = (report: VariantReport, width: number): Items => [
  heading('properties'),
  ...propertyItems(report, width),
  ...deadlockItems(report, width),
  heading('cases of the mail, and phases that it does not list'),
  ...casesMetFirst(report).map((one) => caseItem(report, one, width)),
  ...report.unlisted.map(
    ({ says, witness }): Item<Witness> => ({
      rows: [...labelled('UNLISTED', 'warn', says, width), wayRow(witness)],
      value: { scenario: report.scenario, schedule: witness },
    }),
  ),
  ...outcomeItems(report),
];

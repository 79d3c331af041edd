import { ownerText } from '@custody/trace';
import { cases as allCases, type KnobDifference, type VariantReport, waitsText } from '@custody/workbench';
import { type Asked, quoted, simulateCommand, sizeWords, twistText } from './experiment-options.ts';
import { count, many } from './print.ts';

type Property = VariantReport['properties'][number];

/** As many ways to end as a person reads. */
const outcomesShown = 12;

/** The ids of the properties with a verdict, in one line; nothing when there are none. */
const idsWith = (properties: readonly Property[], verdict: Property['verdict'], head: string): string[] => {
  const ids = properties.filter((property) => property.verdict === verdict).map(({ id }) => id);
  return ids.length === 0 ? [] : [`  ${head} ${ids.join(' ')}`];
};

/** The cases that were met, and those where something else was done than the case expects. */
const casesLines = ({ cases, properties, deadlock, complete }: VariantReport, asked: Asked): string[] => {
  const met = allCases.map(({ id }) => id).filter((id) => cases[id]?.reached);
  if (met.length === 0) return [];
  const failing = met.filter((id) => cases[id]?.holds === false);
  if (failing.length === 0) return [`  cases     ${met.join(' ')}`];
  const isBroken = deadlock !== null || properties.some(({ verdict }) => verdict === 'violated');
  const soWhat = isBroken ? '' : `, and no property broken${complete ? '' : ' so far'}`;
  return [
    `  cases     ${met.join(' ')}; not as expected${soWhat}: ${failing.join(' ')}`,
    `            see: custody cases ${quoted(asked.variant)} ${asked.scenario}${sizeWords(asked)}`,
  ];
};

const endingsHead = (ways: number, complete: boolean): string => {
  if (ways === 0) return complete ? '  no run ends' : '  no run has ended so far';
  return `  ${many(ways, 'way')} to end${complete ? '' : ' so far'}:`;
};

const outcomeText = ({
  results,
  final: { owner, ownerCount, domain },
  bug,
}: VariantReport['outcomes'][number]): string => {
  const calls = Object.entries(results).map(([task, errnos]) => `${task} ${errnos.join(' ') || '-'}`);
  const end = bug ? 'BUG' : `owner ${ownerText({ owner, count: ownerCount })}, count ${ownerCount}, domain ${domain}`;
  return `    ${calls.join(', ')}; then ${end}`;
};

/** What a report does not say of itself. */
export interface Circumstances {
  readonly seconds: number;
  /** What was asked for, so that it can be asked for again. Default: the variant and scenario by their ids. */
  readonly asked?: Asked;
  /** What the scenario changes in the variant. Default: nothing. */
  readonly twist?: readonly KnobDifference[];
}

/** What an exploration found, in lines for a person: what is violated comes first. */
export const exploreLines = (
  report: VariantReport,
  { seconds, asked = report, twist = [] }: Circumstances,
): string[] => {
  const { variant, scenario, complete, states, transitions, deadlock, properties, unlisted, outcomes, stores } = report;
  const told = new Set<string>();
  const witness = (schedule: string, steps: number): string[] => {
    if (told.has(schedule)) return [`              in ${many(steps, 'step')}: by the same schedule`];
    told.add(schedule);
    return [
      `              in ${many(steps, 'step')}: ${schedule}`,
      `              see: ${simulateCommand(asked, schedule)}`,
    ];
  };
  const how = complete
    ? 'complete: every interleaving'
    : 'INCOMPLETE: a bound stopped it, what was not found may exist';
  const shown = outcomes.slice(0, outcomesShown);
  return [
    `${variant} in ${scenario}${stores === 'late' ? ', late stores' : ''}: ${how}`,
    `  ${count(states)} states, ${count(transitions)} transitions, ${seconds.toFixed(2)} s`,
    ...twistText(twist).map((text) => `  ${text}`),
    ...properties.flatMap(({ id, name, schedule, steps }) =>
      schedule === null || steps === null ? [] : [`  VIOLATED  ${id.padEnd(3)} ${name}`, ...witness(schedule, steps)],
    ),
    ...(deadlock === null
      ? [complete ? '  no deadlock' : '  no deadlock so far']
      : [`  DEADLOCK  ${waitsText(deadlock.waits)}`, ...witness(deadlock.schedule, deadlock.steps)]),
    ...idsWith(properties, 'holds', 'holds    '),
    ...idsWith(properties, 'unknown', 'unknown  '),
    ...casesLines(report, asked),
    ...unlisted.map(({ says, witness: schedule }) => `  unlisted  ${says}: ${schedule}`),
    endingsHead(outcomes.length, complete),
    ...shown.map(outcomeText),
    ...(outcomes.length > shown.length ? [`    and ${outcomes.length - shown.length} more: --json has all`] : []),
  ];
};

import { type KnobDifference, type VariantReport, waitsText } from '@custody/workbench';
import { type Asked, simulateCommand, twistText } from './experiment-options.ts';
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
const casesLine = ({ cases, scenario }: VariantReport, asked: Asked): string[] => {
  const met = Object.entries(cases).filter(([, { reached }]) => reached);
  if (met.length === 0) return [];
  const failing = met.filter(([, { holds }]) => holds === false).map(([id]) => id);
  const fails =
    failing.length === 0
      ? ''
      : `; not as expected: ${failing.join(' ')} (see: custody cases ${asked.variant} ${scenario})`;
  return [`  cases     ${met.map(([id]) => id).join(' ')}${fails}`];
};

const outcomeText = ({
  results,
  final: { owner, ownerCount, domain },
  bug,
}: VariantReport['outcomes'][number]): string => {
  const calls = Object.entries(results).map(([task, errnos]) => `${task} ${errnos.join(' ') || '-'}`);
  const end = bug ? 'BUG' : `owner ${owner ?? 'none'}, count ${ownerCount}, domain ${domain}`;
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
    ...casesLine(report, asked),
    ...unlisted.map(({ says, witness: schedule }) => `  unlisted  ${says}: ${schedule}`),
    `  ${many(outcomes.length, 'way')} to end${complete ? '' : ' so far'}:`,
    ...shown.map(outcomeText),
    ...(outcomes.length > shown.length ? [`    and ${outcomes.length - shown.length} more: --json has all`] : []),
  ];
};

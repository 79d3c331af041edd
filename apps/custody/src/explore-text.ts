import { cases as allCases, type KnobDifference, outcomeText, type VariantReport, waitsText } from '@custody/workbench';
import { type Asked, quoted, simulateCommand, sizeWords, twistText } from './experiment-options.ts';
import { count, many } from './print.ts';
import type { Stop } from './search-options.ts';

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

/** Why a search ended before its end, and what to do about it. */
const stopText: Readonly<Record<Exclude<Stop, null>, string>> = {
  states: 'INCOMPLETE: as many states as were allowed; what was not found may exist (--max-states)',
  time: 'INCOMPLETE: its time was up; what was not found may exist (--budget)',
  memory: 'INCOMPLETE: out of memory; what was not found may exist (--memory, or --lossy for a hash of each state)',
  interrupt: 'INCOMPLETE: interrupted; what was not found may exist',
};

/** 0.000034 → 3.4e-5, 0.25 → 0.25. */
const chance = (value: number): string => (value >= 0.001 ? value.toPrecision(2) : value.toExponential(1));

/** `T1, T2 and T3`. */
const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;

/** How the graph was made smaller than it is. */
const reductionLines = ({ reduction, alike, lossy, states }: VariantReport): string[] => {
  const names = alike.map((members) => listed(members.map((tasks) => tasks.join('+'))));
  const ways = [
    ...(reduction.symmetry
      ? [names.length === 0 ? 'what is alike stands for each other' : `alike: ${names.join('; ')}`]
      : []),
    ...(reduction.ample ? ['steps that nobody can notice come first'] : []),
  ];
  return [
    ...(ways.length === 0 ? [] : [`  reduced: ${ways.join('; ')} (--no-reduction: all)`]),
    ...(lossy === undefined
      ? []
      : [
          `  LOSSY: states were told apart by 64 bits of hash; that one of the ${count(states)} was missed has a chance of at most ${chance(lossy.omission)}`,
        ]),
  ];
};

/** Of ways to end that differ only in which of several alike tasks is which, the first. */
const upToNames = (outcomes: VariantReport['outcomes'], alike: VariantReport['alike']): VariantReport['outcomes'] => {
  const kinds = outcomes.map(({ results, final }) => {
    const others = Object.entries(results).filter(([task]) => !alike.flat(2).includes(task));
    const groups = alike.map((members) =>
      members.map((tasks) => tasks.map((task) => results[task]?.join(' ') ?? '').join(', ')).sort(),
    );
    const owner = final.owner?.replace(/^user:T\d+$/, 'user') ?? null;
    return JSON.stringify([others, groups, { ...final, owner }]);
  });
  return outcomes.filter((_, index) => kinds.indexOf(kinds[index] as string) === index);
};

/** What a report does not say of itself. */
export interface Circumstances {
  readonly seconds: number;
  /** What ended the search before its end. Default: nothing has. */
  readonly stop?: Stop;
  /** What was asked for, so that it can be asked for again. Default: the variant and scenario by their ids. */
  readonly asked?: Asked;
  /** What the scenario changes in the variant. Default: nothing. */
  readonly twist?: readonly KnobDifference[];
}

/** What an exploration found, in lines for a person: what is violated comes first. */
export const exploreLines = (
  report: VariantReport,
  { seconds, stop = null, asked = report, twist = [] }: Circumstances,
): string[] => {
  const { variant, scenario, complete, states, transitions, deadlock, properties, unlisted, stores, shortestTo } =
    report;
  const outcomes = upToNames(report.outcomes, report.alike);
  const told = new Set<string>();
  const witness = (schedule: string, steps: number): string[] => {
    const length = `${many(steps, 'step')}${shortestTo !== null && steps > shortestTo ? ', perhaps not the fewest' : ''}`;
    if (told.has(schedule)) return [`              in ${length}: by the same schedule`];
    told.add(schedule);
    return [`              in ${length}: ${schedule}`, `              see: ${simulateCommand(asked, schedule)}`];
  };
  const how = complete ? 'complete: every interleaving' : stopText[stop ?? 'states'];
  const shown = outcomes.slice(0, outcomesShown);
  return [
    `${variant} in ${scenario}${stores === 'late' ? ', late stores' : ''}: ${how}`,
    `  ${count(states)} states, ${count(transitions)} transitions, ${seconds.toFixed(2)} s`,
    ...reductionLines(report),
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
    ...shown.map((outcome) => `    ${outcomeText(outcome)}`),
    ...(outcomes.length > shown.length ? [`    and ${outcomes.length - shown.length} more: --json has all`] : []),
    ...(report.outcomes.length > outcomes.length ? [`    ${count(report.outcomes.length)} by all names`] : []),
  ];
};

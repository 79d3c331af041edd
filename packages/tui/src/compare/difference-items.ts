import { fieldsOf, nameOf, type TraceEvent } from '@custody/trace';
import type { ScenarioDiff, VariantDifference, VariantsDiff } from '@custody/workbench';
import { heading, labelled, many } from '../explore/verdict-items.ts';
import type { Item } from '../item-list.ts';
import { type Row, span } from '../row.ts';
import { letterOf } from './compare-list.ts';
import type { Side } from './side-by-side.ts';

/** A schedule that one of two variants can be told by, and the other may not follow. */
export interface Shown {
  readonly side: Side;
  readonly scenario: string;
  readonly schedule: string;
}

const verbs: Readonly<Record<VariantDifference['kind'], string>> = {
  property: 'breaks',
  deadlock: 'can stand still',
  'failed case': 'fails case',
  case: 'meets case',
  outcome: 'can end with',
};

const saidOf = (event: TraceEvent | null): string =>
  event === null ? 'nothing' : `${event.task} ${nameOf(event)} ${fieldsOf(event)}`.trimEnd();

const otherOf = { left: 'right', right: 'left' } as const;

const isWrong = ({ kind }: VariantDifference): boolean =>
  kind === 'property' || kind === 'deadlock' || kind === 'failed case';

/** How far the other variant follows the schedule, and what either did first that the other did not. */
const followedRows = ({ side, steps, schedule, followed }: VariantDifference, where: string): readonly Row[] => {
  const indent = span(' '.repeat(10));
  if (schedule === null || followed === null)
    return [[indent, span(`${where}no schedule was found within the bounds`, 'dim')]];
  const { stoppedBy, next } = followed;
  const other = letterOf[otherOf[side]];
  const fits =
    stoppedBy === null
      ? `all fit ${other}`
      : `${other} follows for ${followed.steps}, then ${stoppedBy.step} is ${stoppedBy.why}`;
  const parted = next === null ? [] : [`${letterOf[side]} ${saidOf(next.own)} | ${other} ${saidOf(next.other)}`];
  return [`${where}${many(steps ?? 0, 'step')}; ${fits}`, ...parted].map((text): Row => [indent, span(text, 'dim')]);
};

/** @param where - said before the steps, where no heading says it. */
const differenceItem = (scenario: string, difference: VariantDifference, width: number, where = ''): Item<Shown> => {
  const { side, kind, what, says, schedule } = difference;
  const name = kind === 'deadlock' ? '' : ` ${what}`;
  const text = `${verbs[kind]}${name}${says === '' ? '' : `: ${says}`}`;
  const tone = isWrong(difference) ? 'bad' : 'warn';
  return {
    rows: [...labelled(`only ${letterOf[side]}`, tone, text, width), ...followedRows(difference, where)],
    value: schedule === null ? null : { side, scenario, schedule },
  };
};

const refinementItem = (
  { scenario, refinement: { kind, schedule } }: ScenarioDiff,
  width: number,
): readonly Item<Shown>[] => {
  if (kind === 'refines') return [];
  if (kind === 'unknown')
    return [{ rows: labelled('unknown', 'warn', 'whether user space sees more of B', width), value: null }];
  return [
    {
      rows: labelled('only B', 'warn', 'shows user space what A never shows', width),
      value: schedule === null ? null : { side: 'right', scenario, schedule },
    },
  ];
};

/** What only one of them gets wrong, whatever the scenario, by the shortest schedules. */
const wrongItems = (scenarios: readonly ScenarioDiff[], width: number): readonly Item<Shown>[] => {
  const wrong = scenarios
    .flatMap(({ scenario, differences }) => differences.filter(isWrong).map((difference) => ({ scenario, difference })))
    .sort((one, other) => (one.difference.steps ?? Infinity) - (other.difference.steps ?? Infinity));
  const items = wrong.map(({ scenario, difference }) =>
    differenceItem(scenario, difference, width, `in ${scenario}: `),
  );
  return items.length === 0 ? [] : [heading('what only one of them gets wrong'), ...items];
};

/** What else is different in a scenario. */
const scenarioItems = (diff: ScenarioDiff, width: number): readonly Item<Shown>[] => {
  const { scenario, differences, moreOutcomes, complete } = diff;
  const items = [
    ...differences.filter((difference) => !isWrong(difference)).map((one) => differenceItem(scenario, one, width)),
    ...refinementItem(diff, width),
    ...(moreOutcomes > 0
      ? [{ rows: labelled('', 'dim', `and ${many(moreOutcomes, 'more way')} to end`, width), value: null }]
      : []),
  ];
  return items.length === 0 ? [] : [heading(`${scenario}${complete ? '' : ' (incomplete)'}`), ...items];
};

/**
 * What only one of two variants has: first what it gets wrong, then the rest, scenario by scenario. Whatever has a schedule
 * can be chosen.
 */
export const differenceItems = ({ scenarios }: VariantsDiff, width: number): readonly Item<Shown>[] => {
  const items = [...wrongItems(scenarios, width), ...scenarios.flatMap((diff) => scenarioItems(diff, width))];
  return items.length > 0 ? items : [heading('no difference: the same properties broken, cases met and ways to end')];
};

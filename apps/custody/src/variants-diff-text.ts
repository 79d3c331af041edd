import { lineOf } from '@custody/replay';
import type { ScenarioDiff, VariantDifference, VariantsDiff } from '@custody/workbench';
import { count, many } from './print.ts';

const nameOf = { left: 'A', right: 'B' } as const;

const kindText: Readonly<Record<VariantDifference['kind'], string>> = {
  property: 'breaks',
  deadlock: 'can stand still',
  'failed case': 'fails case',
  case: 'reaches case',
  outcome: 'can end with',
};

interface InScenario {
  readonly scenario: string;
  readonly difference: VariantDifference;
}

const steps = ({ difference }: InScenario): number => difference.steps ?? Number.POSITIVE_INFINITY;

const followedText = ({ side, followed }: VariantDifference): readonly string[] => {
  if (followed === null) return [];
  const other = side === 'left' ? 'B' : 'A';
  const own = nameOf[side];
  const { stoppedBy, next } = followed;
  const parted = [
    ...(next?.own ? [`        ${own}: ${lineOf(next.own).trim()}`] : []),
    ...(next?.other ? [`        ${other}: ${lineOf(next.other).trim()}`] : []),
  ];
  const how =
    stoppedBy === null
      ? `all ${many(followed.steps, 'step')} fit ${other}`
      : `${other} follows for ${many(followed.steps, 'step')}; then ${stoppedBy.step} is ${stoppedBy.why}`;
  return [`      ${how}${next === null ? '' : '; they part at'}`, ...parted];
};

/** The same difference once, with where it is seen, by its shortest schedule. */
const grouped = (found: readonly InScenario[], left: string, right: string): readonly string[] => {
  const groups = Map.groupBy(found, ({ difference: { side, kind, what } }) => `${side} ${kind} ${what}`);
  return [...groups.values()].flatMap((group) => {
    const [best] = group.toSorted((one, other) => steps(one) - steps(other));
    if (best === undefined) return [];
    const { side, kind, what, says, schedule } = best.difference;
    const where = group.length > 1 ? ` (and in ${group.length - 1} more scenario${group.length > 2 ? 's' : ''})` : '';
    const variant = side === 'left' ? left : right;
    return [
      `  only ${nameOf[side]} ${kindText[kind]} ${kind === 'deadlock' ? '' : what}${says === '' ? '' : `: ${says}`}`.trimEnd(),
      ...(schedule === null
        ? [`      in ${best.scenario}${where}; no schedule was found within the bounds`]
        : [
            `      in ${best.scenario}, ${many(best.difference.steps ?? 0, 'step')}${where}`,
            ...followedText(best.difference),
            `      see: custody simulate ${variant} ${best.scenario} --schedule '${schedule}'`,
          ]),
    ];
  });
};

const shownOf = { broken: 8, outcome: 3 } as const;

const refinementLines = (scenarios: readonly ScenarioDiff[], right: string): readonly string[] => {
  const differ = scenarios.filter(({ refinement }) => refinement.kind === 'differs');
  const unknown = scenarios.filter(({ refinement }) => refinement.kind === 'unknown');
  const [first] = differ.toSorted(
    (one, other) => (one.refinement.schedule?.length ?? 0) - (other.refinement.schedule?.length ?? 0),
  );
  const open = unknown.length === 0 ? '' : `; not known in ${unknown.length} (too many states)`;
  if (first === undefined) {
    return [
      `B refines A in ${count(scenarios.length - unknown.length)} of ${many(scenarios.length, 'scenario')}: user space sees nothing new${open}`,
    ];
  }
  return [
    `B does not refine A: in ${count(differ.length)} of ${many(scenarios.length, 'scenario')} user space can see what A never shows${open}`,
    `      see: custody simulate ${right} ${first.scenario} --schedule '${first.refinement.schedule}'`,
  ];
};

/** Two variants compared, in lines for a person. */
export const variantsDiffLines = ({
  left,
  right,
  scenarios,
  leftOut,
  complete,
  shared,
}: VariantsDiff): readonly string[] => {
  const all = scenarios.flatMap(({ scenario, differences }) =>
    differences.map((difference) => ({ scenario, difference })),
  );
  const of = (...kinds: readonly VariantDifference['kind'][]): readonly InScenario[] =>
    all.filter(({ difference: { kind } }) => kinds.includes(kind));
  const broken = of('property', 'deadlock', 'failed case');
  const outcomes = of('outcome');
  const cases = of('case');
  const casesOnly = (side: 'left' | 'right'): string =>
    [
      ...new Set(cases.filter(({ difference }) => difference.side === side).map(({ difference }) => difference.what)),
    ].join(', ') || 'none';
  const brokenLines = grouped(broken, left, right);
  return [
    `A = variant:${left}`,
    `B = variant:${right}`,
    `${many(scenarios.length, 'scenario')}, every interleaving${complete ? '' : ' but where a bound stopped a search'}` +
      (leftOut.length === 0 ? '' : `; left out, as they change one of the two: ${leftOut.join(', ')}`),
    ...(all.length === 0 && scenarios.every(({ refinement }) => refinement.kind === 'refines')
      ? ['no difference: the same properties broken, cases reached and ways to end']
      : []),
    ...(brokenLines.length === 0 ? [] : ['what only one of them gets wrong:', ...brokenLines]),
    ...(outcomes.length === 0
      ? []
      : [
          `ways to end that only one of them has (results of each task's calls), ${count(outcomes.length + scenarios.reduce((sum, { moreOutcomes }) => sum + moreOutcomes, 0))} in all:`,
          ...grouped(
            outcomes.toSorted((one, other) => steps(one) - steps(other)).slice(0, shownOf.outcome),
            left,
            right,
          ),
        ]),
    ...(cases.length === 0
      ? []
      : [`cases reached in a scenario by one of them only: A ${casesOnly('left')}; B ${casesOnly('right')}`]),
    ...refinementLines(scenarios, right),
    `in common: ${count(shared)} broken properties, cases and ways to end`,
  ];
};

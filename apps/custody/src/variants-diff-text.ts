import { fieldsOf, nameOf as nameOfFact, type TraceEvent } from '@custody/trace';
import type { ScenarioDiff, VariantDifference, VariantsDiff } from '@custody/workbench';
import { quoted } from './diff-text.ts';
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
  const { stoppedBy } = followed;
  return [
    stoppedBy === null
      ? `all ${many(followed.steps, 'step')} fit ${other}`
      : `${other} follows for ${many(followed.steps, 'step')}, then ${stoppedBy.step} is ${stoppedBy.why}`,
  ];
};

const saidOf = (event: TraceEvent | null): string =>
  event === null ? 'nothing in its place' : `${event.task} ${nameOfFact(event)} ${fieldsOf(event)}`.trimEnd();

/** Where what happens on either side parts, on the way. */
const partedLines = ({ side, followed }: VariantDifference): readonly string[] => {
  const next = followed?.next ?? null;
  if (next === null) return [];
  const [own, other] = side === 'left' ? ['A', 'B'] : ['B', 'A'];
  return [`      they part: ${own} ${saidOf(next.own)} | ${other} ${saidOf(next.other)}`];
};

/** What is shown by one schedule, together; each difference once, by its shortest. */
const grouped = (found: readonly InScenario[], left: string, right: string, most: number): readonly string[] => {
  const each = Map.groupBy(found, ({ difference: { side, kind, what } }) => `${side} ${kind} ${what}`);
  const best = [...each.values()].map((group) => {
    const [shortest] = group.toSorted((one, other) => steps(one) - steps(other));
    return { ...(shortest as InScenario), more: group.length - 1 };
  });
  const shown = Map.groupBy(best, ({ scenario, difference: { side, schedule } }) => `${side} ${scenario} ${schedule}`);
  const groups = [...shown.values()].sort((one, other) => steps(one[0] as InScenario) - steps(other[0] as InScenario));
  const lines = groups.slice(0, most).flatMap((group) => {
    const { scenario, difference } = group[0] as InScenario;
    const { side, schedule } = difference;
    const variant = side === 'left' ? left : right;
    return [
      ...group.map(({ difference: { kind, what, says }, more }) => {
        const where = more === 0 ? '' : `, in ${more} more scenario${more > 1 ? 's' : ''} too`;
        const name = kind === 'deadlock' ? '' : ` ${what}`;
        return `  only ${nameOf[side]} ${kindText[kind]}${name}${says === '' ? '' : `: ${says}`}${where}`;
      }),
      ...(schedule === null
        ? [`      in ${scenario}; no schedule was found within the bounds`]
        : [
            `      in ${scenario}, ${many(difference.steps ?? 0, 'step')}; ${followedText(difference).join('')}`,
            ...partedLines(difference),
            `      see: custody simulate ${quoted(variant)} ${scenario} --schedule '${schedule}'`,
          ]),
    ];
  });
  return groups.length > most
    ? [...lines, `  and ${groups.length - most} more: --json has all, with their schedules`]
    : lines;
};

const shownOf = { broken: 5, outcome: 2 } as const;

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
    `      see: custody simulate ${quoted(right)} ${first.scenario} --schedule '${first.refinement.schedule}'`,
  ];
};

/**
 * Two variants compared, in lines for a person.
 *
 * @param names - how they were named: an id, or a file.
 */
export const variantsDiffLines = (
  { left: leftId, right: rightId, scenarios, leftOut, complete, shared }: VariantsDiff,
  { left, right }: { readonly left: string; readonly right: string },
): readonly string[] => {
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
  const brokenLines = grouped(broken, left, right, shownOf.broken);
  return [
    `A = variant:${leftId}`,
    `B = variant:${rightId}`,
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
          ...grouped(outcomes, left, right, shownOf.outcome),
        ]),
    ...(cases.length === 0
      ? []
      : [`cases reached in a scenario by one of them only: A ${casesOnly('left')}; B ${casesOnly('right')}`]),
    ...refinementLines(scenarios, right),
    `in common: ${count(shared)} broken properties, cases and ways to end`,
  ];
};

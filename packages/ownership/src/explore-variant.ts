import { type Bounds, explore, formatSchedule, type Report, type Schedule } from '@custody/explore';
import { modelOf, type Outcome } from './model-of.ts';
import type { Sentence } from './properties.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';

export type Verdict = 'holds' | 'violated' | 'unknown';

/** A schedule to replay, and how many steps it has. */
export interface Evidence {
  readonly schedule: string;
  readonly steps: number;
}

export interface PropertyVerdict {
  readonly id: string;
  readonly name: string;
  /** `unknown` when a bound stopped the search before it found anything. */
  readonly verdict: Verdict;
  /** The shortest way to break it; null when none is known. */
  readonly schedule: string | null;
  readonly steps: number | null;
}

/** The document of `custody explore --json`, without the time it took. */
export interface VariantReport {
  readonly variant: string;
  readonly scenario: string;
  readonly complete: boolean;
  readonly states: number;
  readonly transitions: number;
  readonly reduction: Report['reduction'];
  /** Store visibility: sequentially consistent. */
  readonly stores: 'sc';
  readonly deadlock: Evidence | null;
  readonly properties: readonly PropertyVerdict[];
  /** Every way to end, once each, sorted. */
  readonly outcomes: readonly Outcome[];
}

const evidenceOf = (schedule: Schedule): Evidence => ({ schedule: formatSchedule(schedule), steps: schedule.length });

const verdictOf = ({ id, name }: Sentence, { complete, witnesses }: Report): PropertyVerdict => {
  const witness = witnesses.get(id);
  if (witness !== undefined) return { id, name, verdict: 'violated', ...evidenceOf(witness) };
  return { id, name, verdict: complete ? 'holds' : 'unknown', schedule: null, steps: null };
};

/** Every interleaving of `scenario` under `variant`, judged. */
export const exploreVariant = (
  variant: Variant,
  scenario: Scenario,
  bounds: Pick<Bounds, 'maxStates' | 'deadline'> = {},
): VariantReport => {
  const model = modelOf(variant, scenario);
  const outcomes = new Map<string, Outcome>();
  const report = explore(model, model.properties, {
    ...bounds,
    onDone: (states, at) => {
      const outcome = model.outcomeAt(states, at);
      outcomes.set(JSON.stringify(outcome), outcome);
    },
  });
  const { states, transitions, complete, reduction, deadlock } = report;
  return {
    variant: variant.id,
    scenario: scenario.id,
    complete,
    states,
    transitions,
    reduction,
    stores: 'sc',
    deadlock: deadlock === undefined ? null : evidenceOf(deadlock),
    properties: model.sentences.map((sentence) => verdictOf(sentence, report)),
    outcomes: [...outcomes.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, outcome]) => outcome),
  };
};

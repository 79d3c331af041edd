import {
  type Answering,
  allReductions,
  answering,
  type Bounds,
  type Deadlock,
  type ExploreOptions,
  exploring,
  exploringInShards,
  formatSchedule,
  type Progress,
  type Reduction,
  type Report,
  type Schedule,
  type ShardPort,
  type ShardsOptions,
  toTheEnd,
} from '@custody/explore';
import { type CaseVerdict, caseVerdicts, type Unlisted, unlistedIn } from './ledger.ts';
import type { Stores } from './machine.ts';
import { modelOf, type Outcome, type OwnershipModel } from './model-of.ts';
import { taskNamed } from './names.ts';
import { everyOutcome } from './outcomes.ts';
import type { Sentence } from './properties.ts';
import type { Scenario } from './scenario.ts';
import type { Variant } from './variant.ts';
import { type Waiter, waiterOf } from './waiter.ts';

export type Verdict = 'holds' | 'violated' | 'unknown';

/** A schedule to replay, and how many steps it has. */
export interface Evidence {
  readonly schedule: string;
  readonly steps: number;
}

export interface DeadlockEvidence extends Evidence {
  /** Who waits for what: the tasks of the cycle, in order, or everybody who is not finished. */
  readonly waits: readonly Waiter[];
}

export interface PropertyVerdict {
  readonly id: string;
  readonly name: string;
  readonly source: string;
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
  /** Store visibility: sequentially consistent, or late stores to dev->driver. */
  readonly stores: Stores;
  readonly deadlock: DeadlockEvidence | null;
  readonly properties: readonly PropertyVerdict[];
  /** By case id: the ten of the mail, then the phases that it does not list. */
  readonly cases: Readonly<Record<string, CaseVerdict>>;
  /** Situations that no case covers. */
  readonly unlisted: readonly Unlisted[];
  /** Every way to end, once each, sorted; beyond some thousands, of those that differ in names only, one. */
  readonly outcomes: readonly Outcome[];
  /** Tasks that stood for each other: by group and member, the member's tasks; empty in a full graph. */
  readonly alike: readonly (readonly (readonly string[])[])[];
  /** Every schedule of at most this many steps is a shortest one; null when all of them are. See `Report.shortestTo`. */
  readonly shortestTo: number | null;
  /** What stopped the search; null when it is complete. */
  readonly bound: Report['bound'];
  /** Only of a lossy search: how likely it is, at most, that it missed a state. */
  readonly lossy?: { readonly omission: number };
}

const evidenceOf = (schedule: Schedule): Evidence => ({ schedule: formatSchedule(schedule), steps: schedule.length });

const deadlockOf = ({ schedule, waits }: Deadlock): DeadlockEvidence => ({
  ...evidenceOf(schedule),
  waits: waits.map(waiterOf),
});

const shortest = (...schedules: readonly (Schedule | undefined)[]): Schedule | undefined =>
  schedules.reduce((best, other) => (other !== undefined && other.length < (best?.length ?? Infinity) ? other : best));

const verdictOf = (
  { id, name, source }: Sentence,
  { complete, witnesses, marks, deadlock }: Report,
): PropertyVerdict => {
  // Who waits in a cycle waits for ever: the first half of I11.
  const witness = shortest(witnesses.get(id), marks.get(id), id === 'I11' ? deadlock?.schedule : undefined);
  if (witness !== undefined) return { id, name, source, verdict: 'violated', ...evidenceOf(witness) };
  return { id, name, source, verdict: complete ? 'holds' : 'unknown', schedule: null, steps: null };
};

export interface VariantBounds extends Bounds, Pick<ExploreOptions, 'lossy' | 'exactStates' | 'leastGain'> {
  /** Default: `sc`. */
  readonly stores?: Stores;
  /** Default: both. `noReduction` is the full graph. */
  readonly reduction?: Reduction;
}

/** The ways to end that a search has met, each once. */
class Endings {
  readonly met = new Map<string, Outcome>();
  private readonly model: OwnershipModel;

  constructor(model: OwnershipModel) {
    this.model = model;
  }

  readonly add = (states: Int32Array, at: number): void => {
    const outcome = this.model.outcomeAt(states, at);
    this.met.set(JSON.stringify(outcome), outcome);
  };
}

/** What was asked, and what a search of its model came to. */
interface Explored {
  readonly variant: Variant;
  readonly scenario: Scenario;
  readonly stores: Stores;
  readonly model: OwnershipModel;
  readonly endings: Endings;
}

const judged = ({ variant, scenario, stores, model, endings }: Explored, report: Report): VariantReport => {
  const { states, transitions, complete, reduction, deadlock } = report;
  const alike = reduction.symmetry ? model.alike : [];
  return {
    variant: variant.id,
    scenario: scenario.id,
    complete,
    bound: report.bound,
    states,
    transitions,
    reduction,
    ...(report.lossy && { lossy: report.lossy }),
    stores,
    deadlock: deadlock === undefined ? null : deadlockOf(deadlock),
    properties: model.sentences.map((sentence) => verdictOf(sentence, report)),
    cases: caseVerdicts(report),
    unlisted: unlistedIn(report),
    outcomes: everyOutcome([...endings.met.values()], alike),
    alike: alike.map((members) => members.map(({ tasks }) => tasks.map(taskNamed))),
    shortestTo: report.shortestTo,
  };
};

/** Every interleaving of `scenario` under `variant`, judged. Yields where the search stands, as `exploring` does. */
export function* exploringVariant(
  variant: Variant,
  scenario: Scenario,
  { stores = 'sc', reduction = allReductions, ...bounds }: VariantBounds = {},
): Generator<Progress, VariantReport> {
  const model = modelOf(variant, scenario, stores);
  const endings = new Endings(model);
  const report = yield* exploring(model, model.properties, { ...bounds, reduction, onDone: endings.add });
  return judged({ variant, scenario, stores, model, endings }, report);
}

/** As `exploringVariant`, to the end at once. */
export const exploreVariant = (variant: Variant, scenario: Scenario, bounds: VariantBounds = {}): VariantReport =>
  toTheEnd(exploringVariant(variant, scenario, bounds), bounds.onProgress);

/** What a shard of `exploringVariantInShards` answers; it must be asked for by the same things. */
export const shardOfVariant = (variant: Variant, scenario: Scenario, stores: Stores = 'sc'): Answering => {
  const model = modelOf(variant, scenario, stores);
  return answering(model, model.properties);
};

export interface ShardsBounds
  extends Bounds,
    Pick<VariantBounds, 'stores' | 'reduction'>,
    Pick<ShardsOptions, 'turn'> {}

/** As `exploringVariant`, by the shards at `ports`, with at most symmetry to make the graph smaller. */
export async function* exploringVariantInShards(
  variant: Variant,
  scenario: Scenario,
  ports: readonly ShardPort[],
  { stores = 'sc', reduction = allReductions, ...bounds }: ShardsBounds = {},
): AsyncGenerator<Progress, VariantReport> {
  const model = modelOf(variant, scenario, stores);
  const endings = new Endings(model);
  const { symmetry } = reduction;
  const report = yield* exploringInShards(model, ports, { ...bounds, symmetry, onDone: endings.add });
  return judged({ variant, scenario, stores, model, endings }, report);
}

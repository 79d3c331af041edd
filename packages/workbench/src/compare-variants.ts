import { compareRuns, type RunSide } from '@custody/compare';
import {
  exploring,
  follow,
  formatSchedule,
  noReduction,
  parseSchedule,
  type Refinement,
  refining,
  saying,
  toTheEnd,
} from '@custody/explore';
import {
  cases as everyCase,
  scenarios as everyScenario,
  modelOf,
  type Outcome,
  type Scenario,
  type Stores,
  simulate,
  topologyOf,
  type Variant,
  type VariantReport,
} from '@custody/ownership';
import { type TraceEvent, timelineOf } from '@custody/trace';
import { twistOf } from './differences.ts';
import { findScenario, findVariant } from './experiment.ts';
import { exploringScenario, type SearchBounds } from './model-run.ts';
import type { ScenarioProgress } from './scenario-progress.ts';

/** How far a schedule of one side goes on the other, and where what happens parts. */
interface Followed {
  /** How many of its steps fit; all of them when `stoppedBy` is null. */
  readonly steps: number;
  /** The step that does not fit, and why; null when all of them do. */
  readonly stoppedBy: { readonly step: string; readonly why: string } | null;
  /** What each did at the first causal difference of the two runs; null for one that has nothing in its place. */
  readonly next: { readonly own: TraceEvent | null; readonly other: TraceEvent | null } | null;
}

/** Something that only one of the two variants has in a scenario. */
export interface VariantDifference {
  readonly side: 'left' | 'right';
  readonly kind: 'property' | 'deadlock' | 'case' | 'failed case' | 'outcome';
  /** The id of the property or case; of an outcome the results task by task. */
  readonly what: string;
  /** What it says in words; empty where `what` does. */
  readonly says: string;
  /** The shortest schedule that shows it; null when none was found within the bounds. */
  readonly schedule: string | null;
  readonly steps: number | null;
  readonly followed: Followed | null;
}

/** One scenario under both variants. */
export interface ScenarioDiff {
  readonly scenario: string;
  /** False when a bound stopped one of the searches: what one side seems to lack it may have. */
  readonly complete: boolean;
  /** Properties broken, cases reached and ways to end that both have. */
  readonly shared: number;
  readonly differences: readonly VariantDifference[];
  /** How many more outcomes only one side has, beyond those in `differences`. */
  readonly moreOutcomes: number;
  /**
   * Whether everything that user space can see of `right` (the results of its calls, in their order) is something that it can
   * see of `left`; `schedule` is of the right.
   */
  readonly refinement: { readonly kind: Refinement['kind']; readonly schedule: string | null };
}

export interface VariantsDiff {
  readonly left: string;
  readonly right: string;
  readonly stores: Stores;
  readonly scenarios: readonly ScenarioDiff[];
  /** What only one of them has, over all scenarios: `breaks I4`, `case 2.b`, `ends T0: OK`. */
  readonly onlyLeft: readonly string[];
  readonly onlyRight: readonly string[];
  /** How many properties are broken, cases reached and ways to end met by both, scenario by scenario. */
  readonly shared: number;
  /** Everything that user space can see of `right` it can see of `left`; null when that is not known everywhere. */
  readonly refines: boolean | null;
  /** Scenarios that change what one of the variants says, and so tell nothing of it; they count where they are named. */
  readonly leftOut: readonly string[];
  readonly complete: boolean;
}

export interface VariantsRequest {
  readonly left: string | Variant;
  readonly right: string | Variant;
  /** Default: all that are about both as they are. */
  readonly scenarios?: readonly string[];
  readonly stores?: Stores;
}

/** Outcomes of one side that are shown with a schedule, in a scenario: each takes a search of its own. */
const outcomesShown = 3;
/** Beyond so many pairs of states refinement is not known; some seconds. */
const mostPairs = 200_000;

const sideOf = (variant: Variant, scenario: Scenario, events: readonly TraceEvent[]): RunSide => ({
  header: { topology: topologyOf(variant, scenario) },
  timeline: timelineOf(events),
});

/** Follows a schedule of `own` under `other` as far as it fits. */
const followedOn = (own: Variant, other: Variant, scenario: Scenario, stores: Stores, schedule: string): Followed => {
  const steps = parseSchedule(schedule);
  const mine = simulate(own, scenario, follow(steps, { strict: true }), { stores });
  const theirs = simulate(other, scenario, follow(steps, { strict: true }), { stores });
  const { parted } = theirs;
  const compared = compareRuns(sideOf(own, scenario, mine.events), sideOf(other, scenario, theirs.events));
  return {
    steps: parted?.step ?? steps.length,
    stoppedBy: parted === null ? null : { step: parted.action, why: parted.why },
    next: compared.kind === 'parted' ? { own: compared.next.left, other: compared.next.right } : null,
  };
};

const outcomeText = ({ results, bug }: Outcome): string => {
  const tasks = Object.entries(results).map(([task, codes]) => `${task}: ${codes.join(' ') || '-'}`);
  return `${tasks.join('; ')}${bug ? '; BUG' : ''}`;
};

/** Outcomes by what user space sees of them. */
const outcomeTexts = ({ outcomes }: VariantReport): ReadonlySet<string> => new Set(outcomes.map(outcomeText));

function* scheduleToOutcome(
  variant: Variant,
  scenario: Scenario,
  stores: Stores,
  text: string,
  { maxStates, maxBytes, deadline }: SearchBounds,
): Generator<unknown, string | null> {
  const model = modelOf(variant, scenario, stores);
  const bounds = {
    ...(maxStates !== undefined && { maxStates }),
    ...(maxBytes !== undefined && { maxBytes }),
    ...(deadline !== undefined && { deadline }),
  };
  const { witnesses } = yield* exploring(
    model,
    [
      {
        kind: 'sometimes',
        name: text,
        holds: (states, at) => model.isDone(states, at) && outcomeText(model.outcomeAt(states, at)) === text,
      },
    ],
    { ...bounds, reduction: noReduction },
  );
  const found = witnesses.get(text);
  return found === undefined ? null : formatSchedule(found);
}

interface Compared {
  readonly own: Variant;
  readonly other: Variant;
  readonly side: 'left' | 'right';
  readonly scenario: Scenario;
  readonly stores: Stores;
}

const wordsOf: Readonly<Record<VariantDifference['kind'], (what: string) => string>> = {
  property: (what) => `breaks ${what}`,
  deadlock: () => 'stands still',
  case: (what) => `case ${what}`,
  'failed case': (what) => `fails case ${what}`,
  outcome: (what) => `ends ${what}`,
};

/** What one has, with the schedule that shows it. */
type Shown = Pick<VariantDifference, 'kind' | 'what' | 'says' | 'schedule'>;

/** What `mine` has and `theirs` has not. */
function* onlyIn(
  mine: VariantReport,
  theirs: VariantReport,
  asked: Compared,
  bounds: SearchBounds,
): Generator<unknown, Pick<ScenarioDiff, 'differences' | 'moreOutcomes'>> {
  const { own, other, side, scenario, stores } = asked;
  // What a search that was stopped has not met, it may meet yet.
  if (!theirs.complete) return { differences: [], moreOutcomes: 0 };
  const holdsThere = (id: string): boolean =>
    theirs.properties.every((property) => property.id !== id || property.verdict !== 'violated');
  const properties = mine.properties
    .filter(({ id, verdict }) => verdict === 'violated' && holdsThere(id))
    .map(({ id, name, schedule }): Shown => ({ kind: 'property', what: id, says: name, schedule }));
  const deadlock: readonly Shown[] =
    mine.deadlock !== null && theirs.deadlock === null
      ? [
          {
            kind: 'deadlock',
            what: 'deadlock',
            says: 'tasks wait for each other for ever',
            schedule: mine.deadlock.schedule,
          },
        ]
      : [];
  const casesFound = everyCase.flatMap(({ id, says }): readonly Shown[] => {
    const [here, there] = [mine.cases[id], theirs.cases[id]];
    if (here?.reached && !there?.reached) return [{ kind: 'case', what: id, says, schedule: here.witness }];
    if (here?.holds === false && there?.holds !== false) {
      return [{ kind: 'failed case', what: id, says, schedule: here.witness }];
    }
    return [];
  });
  const there = outcomeTexts(theirs);
  const texts = [...outcomeTexts(mine)].filter((text) => !there.has(text)).sort();
  const outcomes: Shown[] = [];
  for (const text of texts.slice(0, outcomesShown)) {
    const schedule = yield* scheduleToOutcome(own, scenario, stores, text, bounds);
    outcomes.push({ kind: 'outcome', what: text, says: '', schedule });
  }
  const differences: VariantDifference[] = [];
  for (const shown of [...properties, ...deadlock, ...casesFound, ...outcomes]) {
    const { schedule } = shown;
    differences.push({
      ...shown,
      side,
      steps: schedule === null ? null : parseSchedule(schedule).length,
      followed: schedule === null ? null : followedOn(own, other, scenario, stores, schedule),
    });
    yield;
  }
  return { differences, moreOutcomes: texts.length - outcomes.length };
}

/** What a variant has in a scenario, each in words. */
const traitsOf = (report: VariantReport): readonly string[] => [
  ...report.properties.filter(({ verdict }) => verdict === 'violated').map(({ id }) => `breaks ${id}`),
  ...(report.deadlock === null ? [] : ['stands still']),
  ...Object.entries(report.cases).flatMap(([id, { reached, holds }]) => [
    ...(reached ? [`case ${id}`] : []),
    ...(holds === false ? [`fails case ${id}`] : []),
  ]),
  ...[...outcomeTexts(report)].map((text) => `ends ${text}`),
];

const observed = (variant: Variant, scenario: Scenario, stores: Stores) => {
  const model = modelOf(variant, scenario, stores);
  return { model, observe: (states: Int32Array, at: number): string => outcomeText(model.outcomeAt(states, at)) };
};

function* diffIn(
  left: Variant,
  right: Variant,
  scenario: Scenario,
  stores: Stores,
  bounds: SearchBounds,
): Generator<unknown, ScenarioDiff> {
  const reportOf = (variant: Variant) => exploringScenario({ variant, scenario: scenario.id, stores }, bounds);
  const mine = yield* reportOf(left);
  const theirs = yield* reportOf(right);
  const traits = new Set(traitsOf(theirs));
  const ofLeft = yield* onlyIn(mine, theirs, { own: left, other: right, side: 'left', scenario, stores }, bounds);
  const ofRight = yield* onlyIn(theirs, mine, { own: right, other: left, side: 'right', scenario, stores }, bounds);
  const refinement = yield* refining(observed(right, scenario, stores), observed(left, scenario, stores), mostPairs);
  return {
    scenario: scenario.id,
    complete: mine.complete && theirs.complete,
    shared: traitsOf(mine).filter((trait) => traits.has(trait)).length,
    differences: [...ofLeft.differences, ...ofRight.differences],
    moreOutcomes: ofLeft.moreOutcomes + ofRight.moreOutcomes,
    refinement: {
      kind: refinement.kind,
      schedule: refinement.kind === 'differs' ? formatSchedule(refinement.schedule) : null,
    },
  };
}

/**
 * What two variants do differently, scenario by scenario: properties broken, deadlocks, cases and outcomes that only one
 * of them has, each with the shortest schedule and how far that goes on the other. Yields now and then where it stands.
 *
 * @throws RequestError when there is no such variant or scenario.
 */
export function* comparingVariants(
  { left: leftName, right: rightName, scenarios: wanted, stores = 'sc' }: VariantsRequest,
  bounds: SearchBounds = {},
): Generator<ScenarioProgress, VariantsDiff> {
  const [left, right] = [findVariant(leftName), findVariant(rightName)];
  const changes = (scenario: Scenario): boolean =>
    [left, right].some((variant) => twistOf(variant, scenario).length > 0);
  const leftOut = wanted === undefined ? everyScenario.filter(changes) : [];
  const told =
    wanted === undefined ? everyScenario.filter((scenario) => !leftOut.includes(scenario)) : wanted.map(findScenario);
  const scenarios: ScenarioDiff[] = [];
  for (const [done, scenario] of told.entries()) {
    const progress = { scenario: scenario.id, done, of: told.length };
    yield progress;
    scenarios.push(yield* saying(progress, diffIn(left, right, scenario, stores, bounds)));
  }
  const only = (wantedSide: VariantDifference['side']): readonly string[] => [
    ...new Set(
      scenarios.flatMap(({ differences }) =>
        differences.filter(({ side }) => side === wantedSide).map(({ kind, what }) => wordsOf[kind](what)),
      ),
    ),
  ];
  return {
    left: left.id,
    right: right.id,
    stores,
    scenarios,
    onlyLeft: only('left'),
    onlyRight: only('right'),
    shared: scenarios.reduce((sum, { shared }) => sum + shared, 0),
    refines: scenarios.some(({ refinement }) => refinement.kind === 'differs')
      ? false
      : scenarios.every(({ refinement }) => refinement.kind === 'refines') || null,
    leftOut: leftOut.map(({ id }) => id),
    complete: scenarios.every(({ complete, refinement }) => complete && refinement.kind !== 'unknown'),
  };
}

/** As `comparingVariants`, to the end at once. */
export const compareVariants = (
  request: VariantsRequest,
  bounds: SearchBounds = {},
  onProgress?: (progress: ScenarioProgress) => void,
): VariantsDiff => toTheEnd(comparingVariants(request, bounds), onProgress);

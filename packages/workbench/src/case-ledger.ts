import { parseSchedule, saying, toTheEnd } from '@custody/explore';
import {
  type CaseVerdict,
  cases,
  comeAndGo,
  type Fairness,
  judgingFairness,
  type Stores,
  scenarios,
  type Unlisted,
  type Variant,
  type VariantReport,
} from '@custody/ownership';
import { twistOf } from './differences.ts';
import { experimentOf, findScenario, findVariant } from './experiment.ts';
import { exploringScenario, type SearchBounds } from './model-run.ts';
import type { ScenarioProgress } from './scenario-progress.ts';

/** What is known of a case over several scenarios, and where its witness is from. */
export interface LedgerCase extends CaseVerdict {
  /** The scenario in which `witness` can be replayed; null when there is none. */
  readonly scenario: string | null;
  /** The properties that are broken in the scenarios where something else is done than the case expects. */
  readonly broken: readonly string[];
}

interface LedgerUnlisted extends Unlisted {
  readonly scenario: string;
}

/** The cases of the mail under one variant, over scenarios. */
export interface CaseLedger {
  readonly variant: string;
  readonly stores: Stores;
  readonly scenarios: readonly string[];
  /** Those of them that are told in the size asked for; the others are told in their usual one. */
  readonly scaled: readonly string[];
  /** Scenarios that change what the variant says, and so tell nothing of it; they count where they are named. */
  readonly leftOut: readonly string[];
  /** By case id: the ten of the mail, then the phases that it does not list. */
  readonly cases: Readonly<Record<string, LedgerCase>>;
  readonly unlisted: readonly LedgerUnlisted[];
  /** The mail's remark on 2.a.i: how often a claim that waits can be overtaken. */
  readonly fairness: Fairness & { readonly scenario: string };
  /** False when a bound stopped one of the searches for cases: one that was not met may be met yet. */
  readonly casesComplete: boolean;
  /** False when a bound stopped one of the searches, that for fairness included. */
  readonly complete: boolean;
}

export interface LedgerRequest {
  readonly variant: string | Variant;
  /** Default: all that are about the variant as it is. */
  readonly scenarios?: readonly string[];
  readonly devices?: number;
  readonly claimers?: number;
  readonly stores?: Stores;
}

const steps = (witness: string | null): number =>
  witness === null ? Number.POSITIVE_INFINITY : parseSchedule(witness).length;

/** A failure says more than a success, and a shorter witness more than a longer one. */
const better = (one: LedgerCase, other: LedgerCase): LedgerCase => {
  const fails = [one, other].filter(({ holds }) => holds === false);
  const [only] = fails;
  if (fails.length === 1 && only !== undefined) return only;
  return steps(other.witness) < steps(one.witness) ? other : one;
};

const brokenWhere = (reports: readonly VariantReport[], id: string): readonly string[] => {
  const broken = reports
    .filter(({ cases: verdicts }) => verdicts[id]?.holds === false)
    .flatMap(({ properties, deadlock }) => [
      ...properties.filter(({ verdict }) => verdict === 'violated').map(({ id: property }) => property),
      ...(deadlock === null ? [] : ['I11']),
    ]);
  return [...new Set(broken)];
};

const caseOver = (reports: readonly VariantReport[], id: string): LedgerCase => {
  const found = reports.flatMap(({ scenario, cases: verdicts }): LedgerCase[] => {
    const verdict = verdicts[id];
    return verdict?.reached ? [{ ...verdict, scenario, broken: [] }] : [];
  });
  const [first, ...others] = found;
  if (first === undefined) return { reached: false, holds: null, witness: null, scenario: null, broken: [] };
  const { witness, scenario } = others.reduce(better, first);
  const holds = found.some((one) => one.holds === false)
    ? false
    : found.every((one) => one.holds === true) && reports.every(({ complete }) => complete)
      ? true
      : null;
  return { reached: true, holds, witness, scenario, broken: brokenWhere(reports, id) };
};

/** Each unlisted situation once, by its shortest schedule. */
const unlistedOver = (reports: readonly VariantReport[]): readonly LedgerUnlisted[] => {
  const found = new Map<string, LedgerUnlisted>();
  for (const { scenario, unlisted } of reports) {
    for (const one of unlisted) {
      const known = found.get(one.says);
      if (known === undefined || steps(one.witness) < steps(known.witness)) found.set(one.says, { ...one, scenario });
    }
  }
  return [...found.values()];
};

const isWithin = (value: number | undefined, [least, most]: readonly [number, number]): boolean =>
  value === undefined || (value >= least && value <= most);

/** Can the scenario be told in the size asked for? */
const canBe = (id: string, { devices, claimers }: LedgerRequest): boolean => {
  const { scaled } = findScenario(id);
  return scaled !== undefined && isWithin(devices, scaled.devices) && isWithin(claimers, scaled.claimers);
};

const sizeText = ({ devices, claimers }: LedgerRequest): string =>
  [
    ...(devices === undefined ? [] : [`${devices} devices`]),
    ...(claimers === undefined ? [] : [`${claimers} claimers`]),
  ].join(' and ');

/** Which of the scenarios are told in another size; a size that none of them has is a mistake. */
const scaledOf = (told: readonly string[], request: LedgerRequest): readonly string[] => {
  if (request.devices === undefined && request.claimers === undefined) return [];
  const scaled = told.filter((id) => canBe(id, request));
  // One alone says itself what sizes it has.
  if (scaled.length > 0 || told.length === 1) return scaled.length > 0 ? scaled : told;
  throw new RangeError(
    `Cannot tell any of these ${told.length} scenarios with ${sizeText(request)}; see the sizes: custody scenarios`,
  );
};

/**
 * What each case comes to under a variant, by every interleaving of every scenario asked for. A scenario that cannot be
 * told in the size asked for keeps its usual one. Yields now and then where it stands.
 *
 * @throws RequestError when there is no such variant or scenario.
 * @throws RangeError when none of the scenarios can be told in the size asked for.
 */
export function* tellingCases(
  request: LedgerRequest,
  bounds: SearchBounds = {},
): Generator<ScenarioProgress, CaseLedger> {
  const { stores = 'sc', scenarios: wanted, variant: given, ...size } = request;
  const variant = findVariant(given);
  const leftOut = wanted === undefined ? scenarios.filter((scenario) => twistOf(variant, scenario).length > 0) : [];
  const told =
    wanted === undefined
      ? scenarios.filter((scenario) => !leftOut.includes(scenario)).map(({ id }) => id)
      : wanted.map((name) => findScenario(name).id);
  const scaled = scaledOf(told, request);
  const experiments = told.map((id) => {
    const asked = { variant, scenario: id, stores, ...(scaled.includes(id) && size) };
    experimentOf(asked); // what cannot be told is refused before anything is searched
    return asked;
  });
  const reports: VariantReport[] = [];
  for (const [done, experiment] of experiments.entries()) {
    const progress = { scenario: experiment.scenario, done, of: experiments.length };
    yield progress;
    reports.push(yield* saying(progress, exploringScenario(experiment, bounds)));
  }
  const casesComplete = reports.every(({ complete }) => complete);
  const all = { scenario: comeAndGo.id, done: experiments.length, of: experiments.length + 1 };
  const fairness = yield* saying(all, judgingFairness(variant, { ...bounds, stores }));
  return {
    variant: variant.id,
    stores,
    scenarios: told,
    scaled,
    leftOut: leftOut.map(({ id }) => id),
    cases: Object.fromEntries(cases.map(({ id }) => [id, caseOver(reports, id)])),
    unlisted: unlistedOver(reports),
    fairness: { ...fairness, scenario: comeAndGo.id },
    casesComplete,
    complete: fairness.complete && casesComplete,
  };
}

/** As `tellingCases`, to the end at once. */
export const caseLedger = (request: LedgerRequest, bounds: SearchBounds = {}): CaseLedger =>
  toTheEnd(tellingCases(request, bounds));

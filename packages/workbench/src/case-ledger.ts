import { parseSchedule } from '@custody/explore';
import {
  type CaseVerdict,
  cases,
  comeAndGo,
  type Fairness,
  fairnessOf,
  type Scenario,
  type Stores,
  scenarios,
  type Unlisted,
  type Variant,
  type VariantReport,
} from '@custody/ownership';
import { twistOf } from './differences.ts';
import { experimentOf, findVariant } from './experiment.ts';
import { exploreScenario, type SearchBounds } from './model-run.ts';

/** What is known of a case over several scenarios, and where its witness is from. */
export interface LedgerCase extends CaseVerdict {
  /** The scenario in which `witness` can be replayed; null when there is none. */
  readonly scenario: string | null;
}

interface LedgerUnlisted extends Unlisted {
  readonly scenario: string;
}

/** The cases of the mail under one variant, over scenarios. */
export interface CaseLedger {
  readonly variant: string;
  readonly stores: Stores;
  readonly scenarios: readonly string[];
  /** Scenarios that change what the variant says, and so tell nothing of it; they count where they are named. */
  readonly leftOut: readonly string[];
  /** By case id: the ten of the mail, then the phases that it does not list. */
  readonly cases: Readonly<Record<string, LedgerCase>>;
  readonly unlisted: readonly LedgerUnlisted[];
  /** The mail's remark on 2.a.i: how often a claim that waits can be overtaken. */
  readonly fairness: Fairness & { readonly scenario: string };
  /** False when a bound stopped one of the searches. */
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

const caseOver = (reports: readonly VariantReport[], id: string): LedgerCase => {
  const found = reports.flatMap(({ scenario, cases: verdicts }): LedgerCase[] => {
    const verdict = verdicts[id];
    return verdict?.reached ? [{ ...verdict, scenario }] : [];
  });
  const [first, ...others] = found;
  if (first === undefined) return { reached: false, holds: null, witness: null, scenario: null };
  const { witness, scenario } = others.reduce(better, first);
  const holds = found.some((one) => one.holds === false)
    ? false
    : found.every((one) => one.holds === true) && reports.every(({ complete }) => complete)
      ? true
      : null;
  return { reached: true, holds, witness, scenario };
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

/** Where all scenarios are asked for in a size, those that cannot be told in it keep their own. */
const canBe = ({ scaled }: Scenario, { devices, claimers }: LedgerRequest): boolean =>
  scaled !== undefined && isWithin(devices, scaled.devices) && isWithin(claimers, scaled.claimers);

/**
 * What each case comes to under a variant, by every interleaving of every scenario asked for.
 *
 * @throws RequestError when there is no such variant or scenario.
 * @throws RangeError when a scenario that was named cannot be told in the size asked for.
 */
export const caseLedger = (request: LedgerRequest, bounds: SearchBounds = {}): CaseLedger => {
  const { stores = 'sc', scenarios: wanted, variant: given, ...size } = request;
  const variant = findVariant(given);
  const leftOut = wanted === undefined ? scenarios.filter((scenario) => twistOf(variant, scenario).length > 0) : [];
  const told = wanted ?? scenarios.filter((scenario) => !leftOut.includes(scenario)).map(({ id }) => id);
  const experiments = told.map((id) => {
    const scenario = scenarios.find((one) => one.id === id);
    const keepsSize = wanted === undefined && scenario !== undefined && !canBe(scenario, request);
    const asked = { variant, scenario: id, stores, ...(!keepsSize && size) };
    experimentOf(asked); // what cannot be told is refused before anything is searched
    return asked;
  });
  const reports = experiments.map((experiment) => exploreScenario(experiment, bounds));
  const fairness = fairnessOf(variant, { ...bounds, stores });
  return {
    variant: variant.id,
    stores,
    scenarios: told,
    leftOut: leftOut.map(({ id }) => id),
    cases: Object.fromEntries(cases.map(({ id }) => [id, caseOver(reports, id)])),
    unlisted: unlistedOver(reports),
    fairness: { ...fairness, scenario: comeAndGo.id },
    complete: fairness.complete && reports.every(({ complete }) => complete),
  };
};

import {
  comeAndGo,
  comeAndGoInOrder,
  nearest,
  type Scenario,
  type Stores,
  scale,
  scenarios,
  type Variant,
  variants,
} from '@custody/ownership';
import { RequestError } from './errors.ts';

/** What a person wants to see played: which scheme, which story, in which size. */
export interface ExperimentRequest {
  /** An id, or a variant of one's own. */
  readonly variant: string | Variant;
  /** An id or a number, e.g. `S-15`. */
  readonly scenario: string;
  /** Default: the scenario's usual size. */
  readonly devices?: number;
  readonly claimers?: number;
  /** Whether stores to dev->driver may be late. Default: `sc`, they are not. */
  readonly stores?: Stores;
}

/** The size of a scenario where it is not the usual one, as a run's header and a command say it. */
interface UnusualSize {
  readonly devices?: number;
  readonly claimers?: number;
}

export interface Experiment {
  readonly variant: Variant;
  /** In the size asked for. */
  readonly scenario: Scenario;
  readonly size: UnusualSize;
  readonly stores: Stores;
}

const named = <Item extends { readonly id: string }>(items: readonly Item[], id: string, what: string): Item => {
  const found = items.find((item) => item.id === id);
  if (found) return found;
  const ids = items.map((item) => item.id);
  const near = nearest(id, ids);
  const meant = near === undefined ? '' : `; did you mean "${near}"?`;
  throw new RequestError(`Cannot use the ${what} "${id}" as there is none${meant}; there are: ${ids.join(', ')}`);
};

export const findVariant = (given: string | Variant): Variant =>
  typeof given === 'string' ? named(variants, given, 'variant') : given;

/** The two that the verdict on fairness is about can be asked for too: they have no end, and so are in no list. */
const told: readonly Scenario[] = [...scenarios, comeAndGo, comeAndGoInOrder];

/** By its id, or by its number, e.g. `S-15`: where several have it, the first. */
const scenarioCalled = (name: string): Scenario | undefined =>
  told.find(({ id }) => id === name) ??
  (/^s-\d+$/i.test(name) ? told.find(({ tags }) => tags.includes(name.toUpperCase())) : undefined);

export const isScenario = (name: string): boolean => scenarioCalled(name) !== undefined;

/** @throws RequestError when no scenario has that id or number. */
export const findScenario = (name: string): Scenario => scenarioCalled(name) ?? named(told, name, 'scenario');

/** Is this scheme somebody's own, so that its id alone does not say what it is? */
export const isOwn = (variant: Variant): boolean => !variants.includes(variant);

/**
 * @throws RequestError when there is no such variant or scenario.
 * @throws RangeError when the scenario cannot be told in that size.
 */
export const experimentOf = ({
  variant,
  scenario: id,
  devices,
  claimers,
  stores = 'sc',
}: ExperimentRequest): Experiment => {
  const scenario = findScenario(id);
  const usual = scenario.scaled?.usual;
  const size: UnusualSize = {
    ...(devices !== undefined && devices !== usual?.devices && { devices }),
    ...(claimers !== undefined && claimers !== usual?.claimers && { claimers }),
  };
  return { variant: findVariant(variant), scenario: scale(scenario, size), size, stores };
};

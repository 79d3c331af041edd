import {
  comeAndGoInOrder,
  exploreVariant,
  exportPromela,
  type Scenario,
  type Size,
  type Stores,
  scale,
  scenarios,
  type Variant,
  variants,
} from '@custody/ownership';
import { describe, expect, it } from 'vitest';
import { spinVersion, withVerifier } from './spin.ts';

const variant = (id: string): Variant => variants.find((one) => one.id === id) as Variant;
const scenario = (id: string): Scenario => [...scenarios, comeAndGoInOrder].find((one) => one.id === id) as Scenario;

interface Twist {
  readonly stores?: Stores;
  readonly size?: Size;
}

const pairs: readonly (readonly [variant: string, scenario: string, twist?: Twist])[] = [
  // Nothing is broken.
  ['linux-6.1', 'case-2a-i'],
  ['linux-6.1', 'case-1a', { size: { devices: 4, claimers: 1 } }],
  ['robin-repaired', 'fail-before-claim'],
  ['linux-6.17', 'default-domain-late'],
  // Sentences about states, about steps, or both are broken.
  ['robin-mail', 'fail-before-claim'],
  ['robin-mail', 'refused-bind'],
  ['robin-mail', 'override-dance'],
  ['robin-sketch', 'case-4b'],
  ['vfio-viability', 'bind-into-live-group'],
  ['vfio-viability', 'viability-toctou'],
  ['vfio-viability', 'override-dance'],
  ['notifier-claim', 'claim-in-notifier'],
  ['notifier-cleanup-count', 'notifier-cleanup'],
  ['linux-6.15', 'dev-driver-toctou'],
  ['linux-6.12', 'hotplug-into-owned'],
  ['series-v6', 'two-users-one-group'],
  // Nobody can move.
  ['robin-mail', 'lock-order-trap'],
  // A worker waits for ever, and may.
  ['linux-6.1', 'probe-fails-late'],
  // Stores that are late.
  ['robin-mail', 'case-4a-ii', { stores: 'late' }],
  ['linux-6.15', 'dev-driver-toctou', { stores: 'late' }],
  ['notifier-cleanup-walk', 'notifier-cleanup', { stores: 'late' }],
  // Nobody ever finishes, and the mutex is a queue.
  ['robin-mail', 'come-and-go-in-order'],
];

const told = pairs.map(([variantId, scenarioId, twist = {}]) => [variantId, scenarioId, twist] as const);

describe.skipIf(spinVersion() === null)('an exported model (skipped where spin or gcc is not installed)', () => {
  it.each(told)(
    'of %s in %s %o is to SPIN what the scheme is to custody',
    (variantId, scenarioId, { stores = 'sc', size = {} }) => {
      const story = scale(scenario(scenarioId), size);
      const { properties, deadlock } = exploreVariant(variant(variantId), story, { stores });
      const violated = properties.filter(({ verdict }) => verdict === 'violated');
      const made = exportPromela(variant(variantId), story, { stores, command: 'custody export …' });
      const { states, transitions } = made;
      expect(made).toMatchObject({ complete: true, violated: violated.map(({ id }) => id) });

      const spin = withVerifier(made.text as string, (verifier) => verifier.run(states), '-O0');
      expect({ states: spin.states, transitions: spin.transitions }).toEqual({ states, transitions });
      expect(spin.errors > 0).toBe(violated.length > 0 || deadlock !== null);
      expect(spin.found.get('invalid end state') ?? 0).toBe(made.standstills + made.stopped);
      // A deadlock breaks I11, and is no assertion.
      const asserted = violated.filter(({ schedule }) => schedule !== deadlock?.schedule).map(({ id }) => id);
      const named = [...spin.found.keys()].flatMap((what) => /^assertion violated (\w+)$/.exec(what)?.[1] ?? []);
      expect(named.sort()).toEqual(asserted.sort());
    },
    60_000,
  );
});

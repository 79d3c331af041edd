import { explore, PackedMemory, type Property } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { noDriver, outcome } from './codes.ts';
import { exploreVariant } from './explore-variant.ts';
import { eachScenario, eachVariant, scenario, variant } from './found.testing.ts';
import { Machine } from './machine.ts';
import { modelOf } from './model-of.ts';
import type { Voice } from './operation.ts';
import { type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Variant } from './variant.ts';

const silent: Voice = { mark: () => {}, warn: () => {}, bug: () => {}, notify: () => {} };

/** What a machine over late stores sees in a packed state. */
const seen = (given: Variant, where: Scenario): ((states: Int32Array, at: number) => Machine) => {
  const memory = new PackedMemory();
  const machine = new Machine(given, where, memory, silent, 'late');
  return (states, at) => {
    memory.look(states, at);
    return machine;
  };
};

const violated = (given: Variant, where: Scenario, stores: 'sc' | 'late'): readonly string[] =>
  exploreVariant(given, where, { stores }).properties.flatMap(({ id, verdict }) =>
    verdict === 'violated' ? [id] : [],
  );

describe('a store to dev->driver that is late', () => {
  it.each(eachVariant)('is visible once its task holds no lock, in every scenario under %s', (_id, given) => {
    for (const where of scenarios) {
      const look = seen(given, where);
      const property: Property = {
        kind: 'always',
        name: 'whoever stored late holds a lock',
        holds: (states, at) => {
          const { views, allLocks } = look(states, at);
          return views.devices.every(
            ({ isLate, lock }) =>
              !isLate || (lock.holder >= 0 && allLocks.some(({ holder }) => holder === lock.holder)),
          );
        },
      };
      const { complete, witnesses } = explore(modelOf(given, where, 'late'), [property]);
      expect(complete).toBe(true);
      expect(witnesses).toEqual(new Map());
    }
  });

  it('is late somewhere: the property above is not empty', () => {
    for (const driver of ['set', 'cleared'] as const) {
      const look = seen(variant('robin-mail'), scenario('case-2a-i'));
      const property: Property = {
        kind: 'sometimes',
        name: `late when ${driver}`,
        holds: (states, at) =>
          look(states, at).views.devices.some(
            (device) =>
              device.isLate && (driver === 'set' ? device.shownDriver === noDriver : device.driver === noDriver),
          ),
      };
      const { witnesses } = explore(modelOf(variant('robin-mail'), scenario('case-2a-i'), 'late'), [property]);
      expect(witnesses.has(property.name)).toBe(true);
    }
  });

  it('is visible to whoever takes any lock after it was dropped: the mutex hand-shake', () => {
    // T1 binds up to the group's mutex, and past it. Its unlock shows what it stored, before its device_lock goes.
    const where = scenario('case-2a-i');
    const look = seen(variant('robin-mail'), where);
    const property: Property = {
      kind: 'always',
      name: 'a claim that was made is seen',
      holds: (states, at) => {
        const { views } = look(states, at);
        return views.devices.every(({ isLate, holds }) => !isLate || !holds || views.group.mutex.holder >= 0);
      },
    };
    // After a clear nothing is held; after a claim, and outside of the mutex, nothing is late.
    expect(explore(modelOf(variant('robin-mail'), where, 'late'), [property]).witnesses).toEqual(new Map());
  });

  it("is visible to whoever takes a sibling's device_lock after a walk has dropped that (S-34)", () => {
    const trap: Scenario = {
      ...scenario('lock-order-trap'),
      devices: { A: 'nic', B: null, C: null },
      tasks: [[unbind('A')]],
    };
    /** Whether A's clear may be late where T0 has looked at B and not at C yet. */
    const isEverLate = (where: Scenario, label: string): boolean => {
      const look = seen(variant('robin-mail'), where);
      const property: Property = {
        kind: 'sometimes',
        name: 'late',
        holds: (states, at) => {
          const machine = look(states, at);
          return machine.standOf(0)?.label === label && machine.views.devices[0]?.isLate === true;
        },
      };
      return explore(modelOf(variant('robin-mail'), where, 'late'), [property]).witnesses.has('late');
    };
    expect(isEverLate(trap, 'unuse.lock-B')).toBe(true);
    expect(isEverLate(trap, 'unuse.lock-C')).toBe(false);
    const { twist: _twist, ...unlocked } = trap;
    expect(isEverLate(unlocked, 'unuse.walk-C')).toBe(true);
  });

  it('is never late to its own task, which holds the device_lock', () => {
    const model = modelOf(variant('linux-6.1'), scenario('case-1a'), 'late');
    expect(model.outcomes[outcome.visible]).toBe('visible');
    const { outcomes } = exploreVariant(variant('linux-6.1'), scenario('case-1a'), { stores: 'late' });
    expect(outcomes).toEqual(exploreVariant(variant('linux-6.1'), scenario('case-1a')).outcomes);
  });
});

describe('what can happen when stores are seen at once', () => {
  it.each(eachVariant)('can happen too when they may be late: %s in every scenario', (_id, given) => {
    for (const where of scenarios) {
      const [sc, late] = [exploreVariant(given, where), exploreVariant(given, where, { stores: 'late' })];
      const told = new Set(late.outcomes.map((each) => JSON.stringify(each)));
      expect(sc.outcomes.filter((each) => !told.has(JSON.stringify(each)))).toEqual([]);
      const known = violated(given, where, 'late');
      expect(violated(given, where, 'sc').filter((id) => !known.includes(id))).toEqual([]);
      for (const [id, { reached, holds }] of Object.entries(sc.cases)) {
        if (reached) expect([id, late.cases[id]?.reached]).toEqual([id, true]);
        if (holds === false) expect([id, late.cases[id]?.holds]).toEqual([id, false]);
      }
    }
  });
});

describe('the walk, when stores to dev->driver may be late', () => {
  it.each(eachScenario)('keeps under robin-repaired in %s what it keeps when they are not', (_id, where) => {
    expect(violated(variant('robin-repaired'), where, 'late')).toEqual(
      violated(variant('robin-repaired'), where, 'sc'),
    );
  });

  it('may not see who is binding, so that 2.a.i is no hand-over; and no invariant breaks', () => {
    const where = scenario('case-2a-i');
    const [sc, late] = [
      exploreVariant(variant('robin-mail'), where),
      exploreVariant(variant('robin-mail'), where, { stores: 'late' }),
    ];
    expect(sc.cases['2.a.i']).toMatchObject({ reached: true, holds: true });
    expect(late.cases['2.a.i']).toMatchObject({ reached: true, holds: false });
    expect(violated(variant('robin-mail'), where, 'late')).toEqual([]);
  });

  it('may still see who has left: 4.a.i; and no invariant breaks', () => {
    const late = exploreVariant(variant('robin-mail'), scenario('case-4a-i'), { stores: 'late' });
    expect(late.cases['4.a.i']).toMatchObject({ reached: true, holds: false });
    expect(violated(variant('robin-mail'), scenario('case-4a-i'), 'late')).toEqual([]);
  });

  it.each(['sc', 'late'] as const)(
    'needs the hand-shake on the early way out too, else I4 and I13 break, stores %s (S-35)',
    (stores) => {
      const where = scenario('driver-ptr-lifetime');
      expect(violated(variant('robin-mail'), where, stores)).toEqual(['I4', 'I11', 'I13']);
      expect(violated(variant('robin-repaired'), where, stores)).toEqual([]);
    },
  );
});

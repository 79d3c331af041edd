import { follow, parseSchedule, random } from '@custody/explore';
import { type DeviceId, evolve, initialWorld, type TraceEvent, type World } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseMark, caseOfMark, cases, failedCaseMark } from './cases.ts';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachScenario, scenario, variant } from './found.testing.ts';
import { topologyOf } from './model-of.ts';
import { bind, drivers, type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulate.ts';
import type { Variant } from './variant.ts';

const casesOf = (id: string, where: string, stores: 'sc' | 'late' = 'sc') =>
  exploreVariant(variant(id), scenario(where), { stores }).cases;

describe('the ten cases of the mail', () => {
  const ten = ['1.a', '1.b', '1.c', '2.a.i', '2.a.ii', '2.b', '3', '4.a.i', '4.a.ii', '4.b'];

  it('come first and in its order, and then the phases that it does not list', () => {
    expect(cases.map(({ id }) => id)).toEqual([...ten, 'g1', 'g2', 'g3', 'g4', 'g5', 'g6']);
    for (const { id, source } of cases) expect(source).toContain(ten.includes(id) ? 'Robin Murphy' : 'ownership.md');
  });

  /** §6, S-04 to S-14. */
  it.each([
    ['case-1a', '1.a'],
    ['case-1b', '1.b'],
    ['case-1b-stub', '1.b'],
    ['case-1c', '1.c'],
    ['case-2a-i', '2.a.i'],
    ['case-2a-ii', '2.a.ii'],
    ['case-2b', '2.b'],
    ['case-3', '3'],
    ['case-4a-i', '4.a.i'],
    ['case-4a-ii', '4.a.ii'],
    ['case-4b', '4.b'],
  ])('%s is about case %s, which robin-mail reaches there, and does as the mail expects', (where, id) => {
    expect(scenario(where).tags).toContain(`case ${id}`);
    expect(casesOf('robin-mail', where)[id]).toMatchObject({ reached: true, holds: true });
    expect(casesOf('robin-repaired', where)[id]).toMatchObject({ reached: true, holds: true });
  });

  it.each(scenarios.filter(({ tags }) => tags.some((tag) => /^case \d/.test(tag))).map(({ id }) => id))(
    'are all done as expected by robin-mail in %s, whichever is reached',
    (where) => {
      for (const [id, { holds }] of Object.entries(casesOf('robin-mail', where)))
        expect([id, holds]).not.toEqual([id, false]);
    },
  );

  it('are never reached when nobody claims and so nobody gives back', () => {
    for (const { id } of scenarios) {
      expect(Object.values(casesOf('vfio-viability', id)).some(({ reached }) => reached)).toBe(false);
    }
  });

  it('of which 4.b fails under the sketch: the owner is dropped though it released nothing (S-14)', () => {
    expect(casesOf('robin-sketch', 'case-4b')['4.b']).toMatchObject({ reached: true, holds: false });
    // T0 leaves vfio and clears; T1's stub leaves too, finds nobody who shows vfio, and drops.
    const { outcomes } = exploreVariant(variant('robin-sketch'), scenario('case-4b'));
    expect(outcomes.map(({ final }) => final.owner)).toContain(null);
    expect(exploreVariant(variant('robin-mail'), scenario('case-4b')).outcomes.map(({ final }) => final.owner)).toEqual(
      ['vfio'],
    );
  });
});

describe('the phases that the mail does not list', () => {
  it.each([
    ['g4', 'fail-before-claim', 'robin-mail', 'robin-repaired', 'no hook runs for who fails before its claim'],
    ['g4', 'refused-bind', 'robin-mail', 'robin-repaired', 'nor for who is refused'],
    ['g3', 'notifier-cleanup', 'notifier-cleanup-walk', 'robin-mail', 'NOT_BOUND comes before the clear'],
    ['g1', 'double-unbind-hook-early', 'robin-mail', 'linux-6.1', 'each of two that leave sees the other'],
    [
      'g1',
      'double-unbind-hook-early',
      'robin-repaired',
      'notifier-cleanup-count',
      'each of two that leave sees the other',
    ],
  ])('%s in %s is not as it should be under %s, and is under %s: %s', (id, where, fails, holds) => {
    expect(casesOf(fails, where)[id]).toMatchObject({ reached: true, holds: false });
    expect(casesOf(holds, where)[id]).toMatchObject({ reached: true, holds: true });
  });

  it('are each reached somewhere by somebody', () => {
    const by = ['robin-mail', 'robin-repaired', 'notifier-claim'];
    const reached = by.flatMap((id) =>
      scenarios.flatMap((where) =>
        Object.entries(casesOf(id, where.id)).flatMap(([found, verdict]) => (verdict.reached ? [found] : [])),
      ),
    );
    expect(cases.map(({ id }) => id).filter((id) => !reached.includes(id))).toEqual([]);
  });

  it('g6: a driver bound before its device had a group has made no claim that anybody knows (§3)', () => {
    const where: Scenario = {
      id: 'bound-before-its-group',
      title: 'A device is bound before it is in its group, and a stub leaves the group',
      tags: [],
      devices: { A: null, B: 'stub' },
      outside: { A: 'registered' },
      owner: null,
      tasks: [[bind('A', 'nic', { joins: true })], [unbind('B')]],
    };
    // Under series-v6's order the claim comes before the group; with a walk, so that a stub's hook looks.
    const early: Variant = {
      ...variant('robin-mail'),
      knobs: { ...variant('robin-mail').knobs, claimSite: 'dma_configure first' },
    };
    const { cases: found } = exploreVariant(early, where);
    expect(found['1.a']?.reached).toBe(false);
    expect(found.g6?.reached).toBe(true);
  });

  it('and one more, that no case covers: failed and unbound, its device_lock still held', () => {
    const { unlisted } = exploreVariant(variant('robin-mail'), scenario('case-2a-ii'));
    expect(unlisted.map(({ says }) => says)).toEqual([
      "failed and unbound, its device_lock still held, in a driver's group",
    ]);
    expect(exploreVariant(variant('robin-mail'), scenario('case-1a')).unlisted).toEqual([]);
  });
});

describe('the mark of a case', () => {
  it.each(cases.map(({ id, says }) => [id, says]))('%s says which, and whether it was as expected', (id, says) => {
    expect(caseOfMark(caseMark(id))).toEqual({ id, says, isExpected: true });
    expect(caseOfMark(failedCaseMark(id))).toEqual({ id, says, isExpected: false });
  });

  it('is made once: a case that is met and not done as expected is no case that is', () => {
    const { witness } = casesOf('robin-sketch', 'case-4b')['4.b'] ?? {};
    const met = simulate(variant('robin-sketch'), scenario('case-4b'), follow(parseSchedule(witness ?? ''))).cases;
    const last = parseSchedule(witness ?? '').length;
    expect(met.filter(({ id, step }) => id === '4.b' && step === last).map(({ isExpected }) => isExpected)).toEqual([
      false,
    ]);
  });

  it('is not the mark of something else', () => {
    expect(caseOfMark('I4')).toBeNull();
    expect(caseOfMark('unlisted: what nobody thought of')).toEqual({
      id: null,
      says: 'what nobody thought of',
      isExpected: true,
    });
  });
});

/** What the facts of a run, and nothing else, say of a device beyond its state in the world. */
interface History {
  /** The driver before the last DriverCleared manages its own DMA. */
  wasManaged: boolean;
  /** Its claim was made, refused, or neither yet. */
  claim: 'made' | 'refused' | null;
  failedEarly: boolean;
}

/** The case of a sibling by the mail's own words, from the folded world and what came before it. */
const caseFromWorld = (world: World, id: DeviceId, { wasManaged, claim, failedEarly }: History): string => {
  const owner = Object.values(world.groups)[0]?.owner ?? null;
  const owned = owner === null ? 'nobody' : owner === 'DMA_API' ? 'api' : 'driver';
  const device = world.devices[id];
  if (device === undefined) throw new RangeError(`Cannot tell the case of ${id} as the world has no such device`);
  const { phase, driver, managed } = device;
  if (phase === 'unbound') return '3';
  if (phase === 'bound') return managed ? (owner === String(driver) ? '1.b' : '1.c') : '1.a';
  if (phase === 'unbinding') {
    if (driver !== null) return 'g1';
    return { nobody: 'g5', api: wasManaged ? '4.a.ii' : '4.a.i', driver: '4.b' }[owned];
  }
  if (driver === null) return 'unlisted';
  if (failedEarly || claim === 'refused') return 'g4';
  if (phase === 'failing') return 'g3';
  if (managed) return '2.b';
  return claim === 'made' ? 'g2' : { nobody: 'g5', api: '2.a.i', driver: '2.a.ii' }[owned];
};

const observe = (histories: Map<DeviceId, History>, event: TraceEvent, before: World): void => {
  const of = (id: DeviceId): History => {
    const known = histories.get(id) ?? { wasManaged: false, claim: null, failedEarly: false };
    histories.set(id, known);
    return known;
  };
  if (event.type === 'BindStarted') {
    Object.assign(of(event.data.device), { claim: null, failedEarly: false });
  } else if (event.type === 'DriverCleared') {
    of(event.data.device).wasManaged = before.devices[event.data.device]?.managed === true;
  } else if (event.type === 'CallReturned' && event.data.op === 'use' && event.data.device !== undefined) {
    of(event.data.device).claim = event.data.errno === 'OK' ? 'made' : 'refused';
  } else if (event.type === 'StepTaken' && event.data.label === 'bind.pinctrl' && event.data.outcome === 'fail') {
    const [lock] = Object.entries(before.locks).filter(
      ([id, { holders }]) => id.startsWith('device:') && holders.includes(event.task),
    );
    of((lock?.[0] ?? '').replace('device:', '') as DeviceId).failedEarly = true;
  }
};

/** Where in a run a hook looked at a sibling, and in which case that was, by the world and not by the engine. */
const casesByHand = (
  given: Variant,
  where: Scenario,
  events: readonly TraceEvent[],
): readonly (readonly [step: number, id: string])[] => {
  let world = initialWorld(topologyOf(given, where));
  const histories = new Map<DeviceId, History>();
  const found: (readonly [number, string])[] = [];
  for (const event of events) {
    const { task, at } = event;
    if (event.type === 'StepTaken' && event.data.outcome !== 'visible') {
      const own = world.tasks[task]?.calls[0]?.device;
      const members = Object.values(world.groups)[0]?.devices ?? [];
      const [, sibling] = /^unuse\.walk-([A-Z])/.exec(event.data.label) ?? [];
      const owner = Object.values(world.groups)[0]?.owner;
      // The mail's hook looks at nobody when the group is not the DMA API's; the case is every sibling's all the same.
      const looksAtNone = /^unuse\.lock/.test(event.data.label) && owner !== 'DMA_API';
      const seen =
        sibling === undefined ? (looksAtNone ? members.filter((id) => id !== own) : []) : [sibling as DeviceId];
      for (const id of seen) {
        const history = histories.get(id) ?? { wasManaged: false, claim: null, failedEarly: false };
        found.push([at, caseFromWorld(world, id, history)]);
      }
    }
    observe(histories, event, world);
    world = evolve(world, event);
  }
  return found;
};

describe('the case that is said of a sibling', () => {
  // In these a device comes to its group late, which the phases of the world do not tell.
  const settled = eachScenario.filter(([, { outside }]) => outside === undefined);

  it.each(settled)('is the one that the world of the run shows just before the hook looks, in %s', (_id, where) => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom('robin-mail', 'robin-repaired', 'notifier-cleanup-walk'),
        fc.constantFrom(...bothStores),
        (seed, id, stores) => {
          const run = simulate(variant(id), where, random(seed), { stores });
          // Siblings in one case, met at one step, are said of once.
          const said = new Set(run.cases.map((met) => `${met.step} ${met.id ?? 'unlisted'}`));
          const meant = casesByHand(variant(id), where, run.events).map(([step, found]) => `${step} ${found}`);
          expect(said).toEqual(new Set(meant));
        },
      ),
      { numRuns: 25 },
    );
  });

  it('knows a driver that manages its own DMA from one that does not', () => {
    expect([drivers.vfio.managed, drivers.stub.managed, drivers.nic.managed]).toEqual([true, true, false]);
  });
});

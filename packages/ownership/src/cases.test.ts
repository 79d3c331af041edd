import { follow, parseSchedule, random } from '@custody/explore';
import { type DeviceId, evolve, initialWorld, type TaskId, type TraceEvent, type World } from '@custody/trace';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { caseMark, caseOfMark, cases, failedCaseMark } from './cases.ts';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachScenario, eachVariant, scenario, variant } from './found.testing.ts';
import { topologyOf } from './model-of.ts';
import { bind, drivers, type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulate.ts';
import { twisted, type Variant } from './variant.ts';

const casesOf = (id: string, where: string, stores: 'sc' | 'late' = 'sc') =>
  exploreVariant(variant(id), scenario(where), { stores }).cases;

const labelAt = (events: readonly TraceEvent[], at: number): string | undefined => {
  for (const event of events) if (event.type === 'StepTaken' && event.at === at) return event.data.label;
  return undefined;
};

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

describe('a driver that a hook has kept the group for (2.a.i)', () => {
  const left = ['robin-sketch', 'robin-mail', 'notifier-cleanup-walk'];
  const failing = ['fail-before-claim', 'driver-ptr-lifetime'];

  it.each(left.flatMap((id) => failing.map((where) => [id, where])))(
    'may fail before it claims, and gives it back to nobody: %s in %s',
    (id, where) => {
      const { cases: found, properties } = exploreVariant(variant(id), scenario(where));
      expect(found['2.a.i']).toMatchObject({ reached: true, holds: false });
      // What is told of the case there is told of the bind that fails, before it has left the group to nobody for good.
      const { schedule } = properties.find((property) => property.id === 'I4') ?? {};
      const run = simulate(variant(id), scenario(where), follow(parseSchedule(schedule ?? '')));
      const failed = run.cases.filter((met) => met.id === '2.a.i' && !met.isExpected);
      expect(failed).toHaveLength(1);
      expect(labelAt(run.events, failed[0]?.step ?? 0)).toBe('bind.pinctrl');
      expect(failed[0]?.step).toBeLessThan(run.violations.find((violation) => violation.id === 'I4')?.step ?? 0);
    },
  );

  it.each(failing)("gives it back by robin-repaired's own failure hook in %s", (where) => {
    expect(casesOf('robin-repaired', where)['2.a.i']).toMatchObject({ reached: true, holds: true });
    expect(casesOf('robin-repaired', where).g4).toMatchObject({ reached: true, holds: true });
  });

  it('is not left alone where a sibling has a claim: that one will give it back', () => {
    const beside: Scenario = {
      ...scenario('fail-before-claim'),
      devices: { A: 'nic', B: null },
      tasks: [[bind('B', 'hba', { pinctrl: 'fails' })]],
    };
    const { cases: found } = exploreVariant(variant('robin-mail'), beside);
    expect(found['2.a.i']).toMatchObject({ reached: false, holds: null });
  });
});

describe('a count that is given back in a group that a user owns', () => {
  it.each(['series-v6', 'linux-6.1'])('drops what the owner has, which is 1.b: %s (S-20)', (id) => {
    expect(casesOf(id, 'probe-before-add-notifier')['1.b']).toMatchObject({ reached: true, holds: false });
  });

  it.each(['linux-6.12', 'linux-6.15', 'linux-6.17', 'notifier-cleanup-count'])(
    'is not given back by %s, which has not claimed without a group, or remembers',
    (id) => {
      expect(casesOf(id, 'probe-before-add-notifier')['1.b']?.holds).not.toBe(false);
    },
  );
});

describe('a driver that has left, its device_lock still held', () => {
  const late = ['after clear', 'UNBOUND_DRIVER'];
  const releasesLate = (given: Variant, where: Scenario): boolean =>
    late.includes(twisted(given, where).knobs.releaseOnUnbind);

  it.each(eachVariant)('is unbound (3) and no case of 4 once its release is done: %s', (id, given) => {
    for (const where of scenarios) {
      const reached = Object.entries(casesOf(id, where.id)).flatMap(([found, verdict]) =>
        verdict.reached && found.startsWith('4') ? [found] : [],
      );
      // Given back before the clear, there is nothing to come after it.
      if (!releasesLate(given, where)) expect([where.id, reached]).toEqual([where.id, []]);
    }
  });

  it.each(eachVariant.filter(([, { knobs }]) => late.includes(knobs.releaseOnUnbind)))(
    'is 4.a.i up to that, under %s',
    (id) => {
      expect(casesOf(id, 'case-4a-i')['4.a.i']).toMatchObject({ reached: true, holds: true });
      expect(casesOf(id, 'case-4a-i')['3']).toMatchObject({ reached: true, holds: true });
    },
  );

  it.each([
    ['robin-mail', 'unuse.walk-B'],
    ['notifier-cleanup-count', 'unuse.count'],
  ])('is told so in a run of %s: T1 has released, and T0 finds it unbound', (id, label) => {
    const met = (schedule: string): readonly (string | null)[] => {
      const run = simulate(variant(id), scenario('case-4a-i'), follow(parseSchedule(schedule)));
      expect(run.parted).toBeNull();
      const { at } = run.events.findLast(({ task, type }) => task === 'T0' && type === 'StepTaken') ?? {};
      expect(labelAt(run.events, Number(at))).toBe(label);
      return run.cases.flatMap((each) => (each.step === Number(at) && each.id !== '1.c' ? [each.id] : []));
    };
    // T1: lock, find, remove, clear; take the mutex, give back or find A bound, drop the mutex. T0: up to its look at B.
    expect(met('T1*4 T0*6')).toEqual(['4.a.i']);
    expect(met('T1*7 T0*6')).toEqual(['3']);
  });
});

describe('the siblings that a walk does not come to', () => {
  it('are judged too: nothing was done on account of them', () => {
    const where: Scenario = {
      ...scenario('case-1a'),
      devices: { A: 'nic', B: 'nic', C: 'stub', D: null },
      tasks: [[unbind('A')]],
    };
    const run = simulate(variant('robin-mail'), where, random(1));
    expect(run.events.filter((event) => event.type === 'StepTaken' && event.data.label.includes('walk'))).toHaveLength(
      1,
    );
    expect(run.cases.map(({ id, isExpected }) => [id, isExpected])).toEqual([
      ['1.a', true],
      ['1.c', true],
      ['3', true],
    ]);
    expect(new Set(run.cases.map(({ step }) => step)).size).toBe(1);
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
  /** What its removal had to release is released. */
  released: boolean;
}
const noHistory: History = { wasManaged: false, claim: null, failedEarly: false, released: false };

/** The case of a sibling by the mail's own words, from the folded world and what came before it. */
const caseFromWorld = (world: World, id: DeviceId, { wasManaged, claim, failedEarly, released }: History): string => {
  const owner = Object.values(world.groups)[0]?.owner ?? null;
  const owned = owner === null ? 'nobody' : owner === 'DMA_API' ? 'api' : 'driver';
  const device = world.devices[id];
  if (device === undefined) throw new RangeError(`Cannot tell the case of ${id} as the world has no such device`);
  const { phase, driver, managed } = device;
  if (phase === 'unbound') return '3';
  if (phase === 'bound') return managed ? (owner === String(driver) ? '1.b' : '1.c') : '1.a';
  if (phase === 'unbinding') {
    if (driver !== null) return 'g1';
    // "its own unuse pending" (4.a, 4.b): once that is done, it is unbound like any other.
    if (released) return '3';
    return { nobody: 'g5', api: wasManaged ? '4.a.ii' : '4.a.i', driver: '4.b' }[owned];
  }
  if (driver === null) return 'unlisted';
  if (failedEarly || claim === 'refused') return 'g4';
  if (phase === 'failing') return 'g3';
  if (managed) return '2.b';
  return claim === 'made' ? 'g2' : { nobody: 'g5', api: '2.a.i', driver: '2.a.ii' }[owned];
};

const historyOf = (histories: Map<DeviceId, History>, id: DeviceId): History => {
  const known = histories.get(id) ?? { ...noHistory };
  histories.set(id, known);
  return known;
};

const observe = (histories: Map<DeviceId, History>, event: TraceEvent, before: World): void => {
  const of = (id: DeviceId): History => historyOf(histories, id);
  if (event.type === 'BindStarted') {
    Object.assign(of(event.data.device), { claim: null, failedEarly: false, released: false });
  } else if (event.type === 'UnbindStarted') {
    of(event.data.device).released = false;
  } else if (event.type === 'DriverCleared') {
    of(event.data.device).wasManaged = before.devices[event.data.device]?.managed === true;
  } else if (event.type === 'CallReturned' && event.data.op === 'use' && event.data.device !== undefined) {
    of(event.data.device).claim = event.data.errno === 'OK' ? 'made' : 'refused';
  } else if (failsEarly(event)) {
    of(lockedBy(before, event.task)).failedEarly = true;
  }
};

const failsEarly = (event: TraceEvent): boolean =>
  event.type === 'StepTaken' &&
  ['bind.pinctrl', 'bind.firmware'].includes(event.data.label) &&
  event.data.outcome === 'fail';

/** The device whose device_lock `task` holds: the one that its bind or unbind is about. */
const lockedBy = (world: World, task: TaskId): DeviceId => {
  const [lock] = Object.entries(world.locks).find(
    ([id, { holders }]) => id.startsWith('device:') && holders.includes(task),
  ) ?? [''];
  return lock.replace('device:', '') as DeviceId;
};

/** Somebody to whom the group's ownership still matters: who has a claim, is to make one, or is to run a hook. */
const matters = (
  { phase, driver, managed }: World['devices'][DeviceId],
  { failedEarly, claim, released }: History,
): boolean => {
  if (phase === 'unbinding') return driver !== null || !released;
  if (phase === 'bound') return managed === false;
  if (phase === 'unbound' || driver === null || failedEarly) return false;
  return claim !== 'refused';
};

/** The label of the step that the task of `events[from]` takes next. */
const next = (events: readonly TraceEvent[], from: number): string | undefined => {
  const { task } = events[from] as TraceEvent;
  for (const event of events.slice(from + 1)) {
    if (event.task === task && event.type === 'StepTaken' && event.data.outcome !== 'visible') return event.data.label;
  }
  return undefined;
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
  const runsNoHook = given.knobs.releaseOnEarlyFailure === 'none';
  for (const [index, event] of events.entries()) {
    const { task, at } = event;
    const owner = Object.values(world.groups)[0]?.owner;
    const members = Object.values(world.groups)[0]?.devices ?? [];
    if (failsEarly(event) && runsNoHook && owner === 'DMA_API') {
      // 2.a.i: "eventually tmp holds or tmp's own failure hook releases"; here neither, and nobody else will.
      const own = lockedBy(world, task);
      const others = members.filter((id) => id !== own);
      const isForgotten = !others.some((id) =>
        matters(world.devices[id] as World['devices'][DeviceId], histories.get(id) ?? noHistory),
      );
      if (world.devices[own]?.managed === false && isForgotten) found.push([at, '2.a.i fails']);
    }
    if (event.type === 'StepTaken' && event.data.outcome !== 'visible') {
      const own = world.tasks[task]?.calls[0]?.device;
      const siblings = members.filter((id) => id !== own);
      const [, what, sibling] = /^unuse\.(walk|flag)-([A-Z])/.exec(event.data.label) ?? [];
      // A walk that goes straight to its unlock has found whom to keep the group for, and stops there.
      const stopsAt = next(events, index)?.startsWith('unuse.unlock') ? siblings.indexOf(sibling as DeviceId) : -1;
      const notComeTo = what !== undefined && stopsAt >= 0 ? siblings.slice(stopsAt + 1) : [];
      // The mail's hook looks at nobody when the group is not the DMA API's; the case is every sibling's all the same.
      const looksAtNone = /^unuse\.lock/.test(event.data.label) && owner !== 'DMA_API';
      const lookedAt = looksAtNone ? siblings : what === 'walk' ? [sibling as DeviceId] : [];
      for (const id of [...lookedAt, ...notComeTo]) {
        found.push([at, caseFromWorld(world, id, histories.get(id) ?? noHistory)]);
      }
    }
    observe(histories, event, world);
    // What it releases is released where the hook has decided, and only has to drop the mutex.
    if (event.type === 'StepTaken' && event.data.outcome !== 'visible' && event.data.label.startsWith('unuse.')) {
      const own = world.tasks[task]?.calls[0]?.device;
      const isDecided = next(events, index)?.startsWith('unuse.unlock') === true;
      if (isDecided && own !== undefined) Object.assign(historyOf(histories, own), { claim: null, released: true });
    }
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
          const said = new Set(
            run.cases.map(({ step, id: met, isExpected }) => {
              const isAboutBind = labelAt(run.events, step) === 'bind.pinctrl';
              return `${step} ${met ?? 'unlisted'}${isAboutBind && !isExpected ? ' fails' : ''}`;
            }),
          );
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

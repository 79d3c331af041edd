import { follow, parseSchedule, random } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachScenario, eachVariant, scenario, variant } from './found.testing.ts';
import { bind, close, type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulate.ts';
import { variants } from './variants/index.ts';
import type { Waiter } from './waiter.ts';

/** Each waits for what the next holds, and the last for what the first holds. */
const isCycle = (waits: readonly Waiter[]): boolean =>
  waits.length > 1 && waits.every(({ holder }, index) => holder === waits[(index + 1) % waits.length]?.task);

const byTask = (waits: readonly Waiter[]): readonly Waiter[] =>
  [...waits].sort((one, other) => (one.task < other.task ? -1 : 1));

const walking = variants.filter(({ knobs }) => knobs.releaseRule.startsWith('walk')).map(({ id }) => id);
const violated = (report: ReturnType<typeof exploreVariant>): readonly string[] =>
  report.properties.filter(({ verdict }) => verdict === 'violated').map(({ id }) => id);

describe("the walk that takes the siblings' device_lock (S-34)", () => {
  const trap = scenario('lock-order-trap');

  it.each(walking)('is an ABBA deadlock of two unbinds under %s, found as soon as the cycle closes', (id) => {
    const report = exploreVariant(variant(id), trap);
    // Each: lock, find, remove, clear. Then one takes the group's mutex to walk and asks for the other's device_lock;
    // the other asks for the mutex from when it has cleared. So 4 of one, 4 + 1 of the other, and nothing more.
    expect(report.deadlock?.steps).toBe(4 + 4 + 1);
    // The two are alike, and either may be the one that walks.
    expect([
      [
        { task: 'T0', wants: 'device:B', holder: 'T1' },
        { task: 'T1', wants: 'group:1', holder: 'T0' },
      ],
      [
        { task: 'T0', wants: 'group:1', holder: 'T1' },
        { task: 'T1', wants: 'device:A', holder: 'T0' },
      ],
    ]).toContainEqual(byTask(report.deadlock?.waits ?? []));
    expect(isCycle(report.deadlock?.waits ?? [])).toBe(true);
  });

  it.each(walking)('breaks I10 before anybody waits, and I11, and nothing else, under %s', (id) => {
    const report = exploreVariant(variant(id), trap);
    expect(violated(report)).toEqual(['I10', 'I11']);
    const steps = Object.fromEntries(report.properties.map((property) => [property.id, property.steps]));
    // One task alone asks for a device_lock under the group's mutex: lock, find, remove, clear, mutex.
    expect(steps.I10).toBe(5);
    expect(steps.I11).toBe(report.deadlock?.steps);
  });

  it.each(walking)('is no deadlock when the siblings are read without it, under %s', (id) => {
    const { twist: _twist, ...untwisted } = trap;
    expect(exploreVariant(variant(id), untwisted).deadlock).toBeNull();
  });

  it('is found in a run where a third task goes on to its end', () => {
    const withThird: Scenario = {
      ...trap,
      devices: { ...trap.devices, C: null },
      tasks: [...trap.tasks, [bind('C', 'stub')]],
    };
    const report = exploreVariant(variant('robin-mail'), withThird);
    const { deadlock } = report;
    expect(deadlock?.steps).toBe(4 + 4 + 1);
    // Only the two are in it.
    expect(byTask(deadlock?.waits ?? []).map(({ task }) => task)).toEqual(['T0', 'T1']);
    const stuck = simulate(variant('robin-mail'), withThird, follow(parseSchedule(`${deadlock?.schedule} T2*6`)));
    expect(stuck.waits).toEqual(deadlock?.waits);
    expect(stuck.parted).toBeNull();
    expect(stuck.events.filter(({ type }) => type === 'BindReturned')).toMatchObject([
      { task: 'T2', data: { device: 'C', errno: 'OK' } },
    ]);
    expect(stuck.violations.filter(({ id }) => id === 'I11')).toMatchObject([{ step: deadlock?.steps }]);
  });

  it('is found while a third task has no end at all', () => {
    const restless: Scenario = {
      ...trap,
      devices: { ...trap.devices, C: null },
      tasks: [...trap.tasks, [bind('C', 'stub'), unbind('C')]],
      forever: [2],
    };
    const report = exploreVariant(variant('robin-mail'), restless);
    expect(report.complete).toBe(true);
    expect(byTask(report.deadlock?.waits ?? []).map(({ task }) => task)).toEqual(['T0', 'T1']);
  });

  it('closes a cycle of three, each with the lock that the one before wants', () => {
    const three: Scenario = {
      ...trap,
      devices: { A: 'nic', B: 'nic', C: 'nic' },
      tasks: [[unbind('A')], [unbind('B')], [unbind('C')]],
    };
    const report = exploreVariant(variant('robin-mail'), three);
    expect(isCycle(report.deadlock?.waits ?? [])).toBe(true);
    expect(violated(report)).toEqual(expect.arrayContaining(['I10', 'I11']));
  });
});

describe('a remove() that waits for user space (S-33)', () => {
  it.each(eachVariant)('is no deadlock under %s: whoever closes the file needs no lock that it holds', (_id, given) => {
    for (const stores of bothStores) {
      const report = exploreVariant(given, scenario('unbind-in-use'), { stores });
      expect(report.deadlock).toBeNull();
      // T0 unbinds, T1 binds when T0 has dropped the device_lock or finds vfio there and skips, T2 closes.
      expect(report.outcomes.map(({ results }) => results)).toContainEqual({ T0: ['OK'], T1: ['OK'], T2: ['OK'] });
    }
  });

  it('is one when nobody ever closes the file, and says so', () => {
    const forgotten: Scenario = { ...scenario('unbind-in-use'), tasks: [[unbind('A')], [bind('A', 'nic')]] };
    const report = exploreVariant(variant('linux-6.1'), forgotten);
    expect(byTask(report.deadlock?.waits ?? [])).toEqual([
      { task: 'T0', wants: 'user space to close the device', holder: null },
      { task: 'T1', wants: 'device:A', holder: 'T0' },
    ]);
    expect(violated(report)).toContain('I11');
  });
});

describe('who would close the file that a remove() waits for', () => {
  const inUse = scenario('unbind-in-use');
  // T1 comes to close it only after a bind, for which it waits for the device_lock that T0 holds.
  const held: Scenario = { ...inUse, tasks: [[unbind('A')], [bind('A', 'nic'), close('user', 'A')]] };

  it('is named where one script closes it', () => {
    const { deadlock } = exploreVariant(variant('linux-6.1'), held);
    expect(byTask(deadlock?.waits ?? [])).toEqual([
      { task: 'T0', wants: 'user space to close the device', holder: 'T1' },
      { task: 'T1', wants: 'device:A', holder: 'T0' },
    ]);
    expect(isCycle(deadlock?.waits ?? [])).toBe(true);
  });

  it('is nobody in particular where two do: either will, and so they are no cycle until both are stuck', () => {
    const either: Scenario = { ...held, tasks: [...held.tasks, [close('user', 'A')]] };
    expect(exploreVariant(variant('linux-6.1'), either).deadlock).toBeNull();
    const both: Scenario = { ...held, tasks: [...held.tasks, [bind('A', 'hba'), close('user', 'A')]] };
    const { deadlock } = exploreVariant(variant('linux-6.1'), both);
    expect(byTask(deadlock?.waits ?? [])).toEqual([
      { task: 'T0', wants: 'user space to close the device', holder: null },
      { task: 'T1', wants: 'device:A', holder: 'T0' },
      { task: 'T2', wants: 'device:A', holder: 'T0' },
    ]);
  });
});

describe('a vfio driver of before the series that leaves last (S-14, §2.5)', () => {
  it('waits for user space to close the group, which nobody in the story does', () => {
    const report = exploreVariant(variant('vfio-viability'), scenario('case-4b'));
    expect(report.deadlock?.waits).toEqual([{ task: 'T0', wants: 'user space to close the group', holder: null }]);
    expect(violated(report)).toEqual(['I11']);
  });
});

describe('no other scenario', () => {
  const isStuck = (id: string, where: string): boolean =>
    (where === 'lock-order-trap' && walking.includes(id)) || (where === 'case-4b' && id === 'vfio-viability');

  it.each(eachScenario)('has a deadlock: %s has one where it is said above, and else none', (_id, where) => {
    for (const given of variants) {
      for (const stores of bothStores) {
        expect([given.id, exploreVariant(given, where, { stores }).deadlock !== null]).toEqual([
          given.id,
          isStuck(given.id, where.id),
        ]);
      }
    }
  });

  it.each(eachVariant)('stops a random run of %s before its end', (_id, given) => {
    for (const [seed, where] of scenarios.entries()) {
      const run = simulate(given, where, random(seed));
      expect([where.id, run.ending]).toEqual([where.id, run.waits === null ? 'done' : 'deadlock']);
      if (run.waits !== null) expect(isStuck(given.id, where.id)).toBe(true);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { everyState } from '../../explore/src/commuting.testing.ts';
import { eachVariant, scenario, variant } from './found.testing.ts';
import { modelOf } from './model-of.ts';
import { expectSameWithout } from './reports.testing.ts';
import { bind, claim, openDevice, release, type Scenario, scale, setContainer, setIommu, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import type { Variant } from './variant.ts';

const tale = { id: 'own', title: 'of one’s own', tags: [], owner: null };
const groupsIn = (id: string, each: Scenario): readonly (readonly (readonly number[])[])[] =>
  modelOf(variant(id), each).symmetry?.groups.map(({ members }) => members.map(({ tasks }) => tasks)) ?? [];

describe('what may change places', () => {
  it('are the binds and the claims of case 2.a.i, not the unbind', () => {
    expect(groupsIn('linux-6.1', scale(scenario('case-2a-i'), { devices: 4, claimers: 2 }))).toEqual([
      [[1], [2]],
      [[3], [4]],
    ]);
  });

  it('are idle devices, where nobody walks over them in order', () => {
    const idle = { ...tale, devices: { A: 'nic', B: null, C: null }, tasks: [[unbind('A')]] } as const;
    expect(groupsIn('linux-6.1', idle)).toEqual([[[], []]]);
    expect(groupsIn('robin-mail', idle)).toEqual([]);
  });

  it('are not idle devices in a walk, whatever they are called', () => {
    const idle = { ...tale, devices: { 'A-0': 'nic', 'B-0': null, 'B-1': null }, tasks: [[unbind('A-0')]] } as const;
    expect(groupsIn('robin-mail', idle)).toEqual([]);
    const two = {
      ...tale,
      devices: { 'A-0': 'nic', 'A-1': 'nic' },
      tasks: [[unbind('A-0')], [unbind('A-1')]],
    } as const;
    expect(groupsIn('robin-mail', two)).toEqual([[[0], [1]]]);
  });

  it('are not three that walk over each other: one of them goes by the second before the third', () => {
    const three = scale(scenario('double-unbind-hook-early'), { devices: 3 });
    expect(groupsIn('robin-mail', three).flat(2)).not.toEqual([0, 1, 2]);
  });

  it('is nothing where a step was rewritten', () => {
    const rewritten: Variant = { ...variant('linux-6.1'), rewrite: (steps) => steps };
    expect(modelOf(rewritten, scenario('double-unbind-hook-early')).symmetry).toBeUndefined();
  });

  it('are not two of whom one has another chance to fail, though their devices are called after chances', () => {
    const called: Scenario = {
      ...tale,
      devices: { fails: null, 'may fail': null },
      tasks: [[bind('fails', 'nic', { probe: 'fails' })], [bind('may fail', 'nic', { probe: 'may fail' })]],
    };
    expect(groupsIn('linux-6.1', called)).toEqual([]);
  });
});

it('a user that speaks through a device without a driver is named by itself, not as another is', () => {
  const users: Scenario = {
    ...tale,
    devices: { S: null, V: 'vfio' },
    owner: 'user',
    tasks: [[release('user', 'S')], [claim('ada', 'V')], [claim('grace', 'V')]],
  };
  for (const [, each] of eachVariant) {
    const [owner] = modelOf(each, users).topology.groups.map((group) => group.owner);
    expect([null, 'user'], each.id).toContain(owner);
    expectSameWithout(each, users);
  }
  const leaves: Scenario = {
    ...tale,
    devices: { V: 'vfio' },
    tasks: [[claim('ada', 'V')], [claim('grace', 'V')], [unbind('V')]],
  };
  for (const [, each] of eachVariant) expectSameWithout(each, leaves);
});

describe('of two users with a container each', () => {
  const users: Scenario = {
    ...tale,
    devices: { V: 'vfio' },
    tasks: [
      [setContainer('ada', 'V'), setIommu('ada', 'V')],
      [setContainer('grace', 'V'), setIommu('grace', 'V')],
      [unbind('V')],
    ],
  };

  it.each(eachVariant)(
    'the one that has the group when its driver is removed loses it under %s, whoever it is',
    (_, each) => {
      expectSameWithout(each, users);
      const model = modelOf(each, users);
      const { group, claims } = model.fields;
      for (const row of everyState(model)) {
        const read = ({ word, shift, mask }: typeof group.container): number =>
          ((row[word] as number) >>> shift) & mask;
        const isFree =
          read(group.container) === 0 &&
          [group.vfioLock, group.containerLock, group.mutex].every((lock) => read(lock) === 0);
        if (isFree) expect(claims.map(read)).toEqual([0, 0]);
      }
    },
  );
});

it('an actor of every scenario is told by what it does: those that are alike do the same calls', () => {
  for (const each of [
    ...scenarios,
    { ...tale, devices: { V: 'vfio' }, tasks: [[claim('a', 'V')], [openDevice('b', 'V')]] } as Scenario,
  ]) {
    for (const members of groupsIn('linux-6.1', each)) {
      const kinds = members.map((tasks) =>
        tasks.map((task) => each.tasks[task]?.map(({ kind }) => kind).join()).join(),
      );
      expect(new Set(kinds).size, each.id).toBe(1);
    }
  }
});

it('a user that releases more than it claimed has no claims, and not fewer', () => {
  const knobs = { ...variant('linux-6.1').knobs, userReentry: 'counted', domainOnClaim: 'detached' } as const;
  const calls: Scenario = {
    ...tale,
    devices: { S: null },
    tasks: [[{ kind: 'release-device', owner: 'user', device: 'S' }], [claim('user', 'S')]],
    forever: [0, 1],
  };
  expectSameWithout({ ...variant('linux-6.1'), id: 'own', knobs }, calls);
});

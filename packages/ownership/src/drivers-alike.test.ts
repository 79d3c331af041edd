import { noReduction } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { everyState } from '../../explore/src/commuting.testing.ts';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachVariant, isThorough } from './found.testing.ts';
import { modelOf } from './model-of.ts';
import { exchanged } from './orbits.testing.ts';
import { expectSameWithout } from './reports.testing.ts';
import { bind, claim, type DriverName, release, type Scenario, type ScriptedCall, unbind, unload } from './scenario.ts';

type Script = (device: string, driver: DriverName, user: string) => readonly ScriptedCall[];

const scenarioOf = (id: string, script: Script, drivers: readonly [DriverName, DriverName]): Scenario => ({
  id,
  title: id,
  tags: [],
  devices: { A: null, B: null },
  owner: null,
  tasks: [script('A', drivers[0], 'user:T0'), script('B', drivers[1], 'user:T1')],
});

/** `unbind` of this driver, so that a driver is named in it too. */
const comeAndLeave: Script = (device, driver) => [bind(device, driver), unbind(device, driver)];
/** Its driver names the owner, where a scheme tells owners apart so. */
const comeAndClaim: Script = (device, driver, user) => [
  bind(device, driver),
  unbind(device),
  claim(user, device),
  release(user, device),
];
/** Its module goes, and a walk may read it then. */
const comeAndUnload: Script = (device, driver) => [
  bind(device, driver, { pinctrl: 'may fail' }),
  unbind(device),
  unload(driver),
];

describe.each([
  ['come and leave', comeAndLeave],
  ['come, leave and claim', comeAndClaim],
  ['claim through one that is bound', (device, driver, user) => [bind(device, driver), claim(user, device)]],
  ['come, leave and unload', comeAndUnload],
] as readonly (readonly [string, Script])[])(
  'two drivers of one kind, each with a device of its own, that %s',
  (id, script) => {
    const two = scenarioOf(id, script, ['nic', 'hba']);

    it.each(eachVariant)('are alike under %s', (_, variant) => {
      for (const stores of isThorough ? bothStores : (['sc'] as const)) {
        const model = modelOf(variant, two, stores);
        const { symmetry } = model;
        expect(symmetry?.groups.map(({ members }) => members.map(({ tasks }) => tasks))).toEqual([[[0], [1]]]);
        if (symmetry === undefined) continue;
        const [full, reduced] = expectSameWithout(variant, two, stores).map(({ states }) => states);
        // Burnside: of two that can only be exchanged, half of the states, and half of those that an exchange leaves alone.
        const rows = everyState(model);
        const fixed = rows.filter((row) => exchanged(symmetry, row, [[1, 0]]).join() === row.join());
        expect([full, reduced]).toEqual([rows.length, (rows.length + fixed.length) / 2]);
      }
    });

    it.each(eachVariant)('are, with one driver for both, as many states under %s', (_, variant) => {
      // Which driver a device has says nothing that the device does not, unless the driver's module can go.
      if (script === comeAndUnload) return;
      for (const reduction of [noReduction, { symmetry: true, ample: false }]) {
        const states = [two, scenarioOf(id, script, ['nic', 'nic'])].map(
          (each) => exploreVariant(variant, each, { reduction }).states,
        );
        expect(states[0]).toBe(states[1]);
      }
    });
  },
);

describe('two drivers are not alike', () => {
  const groupsIn = (scenario: Scenario): number =>
    modelOf(eachVariant[0]?.[1] as never, scenario).symmetry?.groups.length ?? 0;

  it('when they are of two kinds', () => {
    expect(groupsIn(scenarioOf('kinds', comeAndLeave, ['nic', 'stub']))).toBe(0);
  });

  it('when a third task binds one of them', () => {
    const { tasks, ...rest } = scenarioOf('third', comeAndLeave, ['nic', 'hba']);
    const devices = { ...rest.devices, C: null };
    expect(groupsIn({ ...rest, devices, tasks })).toBe(1);
    expect(groupsIn({ ...rest, devices, tasks: [...tasks, [bind('C', 'nic')]] })).toBe(0);
  });

  it('when one of them is bound elsewhere', () => {
    const scenario = scenarioOf('elsewhere', comeAndLeave, ['nic', 'hba']);
    expect(groupsIn({ ...scenario, devices: { ...scenario.devices, C: 'nic' } })).toBe(0);
  });
});

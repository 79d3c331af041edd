import fc from 'fast-check';
import { expect, it } from 'vitest';
import { everyState } from '../../explore/src/commuting.testing.ts';
import { bothStores, isThorough } from './found.testing.ts';
import { conflictsOf, type KnobName, type Knobs, knobNames, knobs } from './knobs.ts';
import { modelOf } from './model-of.ts';
import { exchanged, swapsOf } from './orbits.testing.ts';
import { expectSameWithout } from './reports.testing.ts';
import {
  add,
  attach,
  bind,
  claim,
  close,
  configure,
  type DriverName,
  detach,
  driverNames,
  openDevice,
  override,
  release,
  remove,
  type Scenario,
  type ScriptedCall,
  setContainer,
  setDefault,
  setIommu,
  storeType,
  unbind,
  unload,
} from './scenario.ts';
import type { Variant } from './variant.ts';
import { variants } from './variants/index.ts';

/** Whom a script is about: a device of the task's own or one of all; its own user or one of all; its own driver. */
interface Cast {
  readonly device: string;
  readonly user: string;
  readonly driver: DriverName;
}
type Part = (cast: Cast) => ScriptedCall;

const driver = fc.constantFrom<DriverName>(...driverNames);
const chance = fc.constantFrom('ok', 'ok', 'may fail', 'fails', 'may defer' as const);
const fixed = (...parts: readonly Part[]): fc.Arbitrary<Part> => fc.constantFrom(...parts);

/** One call of a script, for whoever is cast. */
const part: fc.Arbitrary<Part> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.option(driver),
        fc.constantFrom('sysfs', 'register', 'drivers_probe', 'deferred' as const),
        fc.record(
          { pinctrl: chance, firmware: chance, sysfs: chance, probe: chance, groups: chance },
          { requiredKeys: [] },
        ),
      )
      .map(
        ([named, via, chances]): Part =>
          (cast) =>
            bind(cast.device, named ?? cast.driver, { via: via === 'deferred' ? 'sysfs' : via, ...chances }),
      ),
  },
  {
    weight: 5,
    arbitrary: fixed(
      ({ device }) => unbind(device),
      ({ device, driver: own }) => unbind(device, own),
    ),
  },
  {
    weight: 5,
    arbitrary: fixed(
      ({ user, device }) => claim(user, device),
      ({ user, device }) => release(user, device),
      ({ user, device }) => ({ kind: 'claim-device', owner: user, device }),
      ({ user, device }) => ({ kind: 'release-device', owner: user, device }),
    ),
  },
  {
    weight: 3,
    arbitrary: fixed(
      ({ user, device }) => setContainer(user, device),
      ({ user, device }) => setIommu(user, device),
      ({ user, device }) => openDevice(user, device),
      ({ user, device }) => close(user, device),
    ),
  },
  {
    weight: 2,
    arbitrary: fixed(
      ({ device }) => attach(device),
      ({ device }) => detach(device),
      ({ device }) => configure(device),
      ({ device }) => remove(device),
      ({ device, driver: own }) => add(device, [own]),
      ({ device, driver: own }) => override(device, own),
      ({ driver: own }) => unload(own),
      () => storeType,
      () => setDefault,
    ),
  },
);

interface Role {
  readonly script: readonly Part[];
  readonly copies: number;
  /** Whether each has its own; else all share one. */
  readonly ownDevice: boolean;
  readonly ownUser: boolean;
  readonly ownDriver: boolean;
  readonly bound: DriverName | null;
}

const role: fc.Arbitrary<Role> = fc.record({
  script: fc.array(part, { minLength: 1, maxLength: 2 }),
  copies: fc.constantFrom(1, 2, 2),
  ownDevice: fc.boolean(),
  ownUser: fc.boolean(),
  ownDriver: fc.boolean(),
  bound: fc.option(driver),
});

const scenarios: fc.Arbitrary<Scenario> = fc
  .record({
    roles: fc.array(role, { minLength: 1, maxLength: 2 }),
    shared: fc.option(driver),
    idle: fc.constantFrom(0, 0, 1, 2),
    owner: fc.constantFrom(null, null, 'user', 'user:T0'),
    isOutside: fc.boolean(),
    open: fc.constantFrom(undefined, undefined, [] as readonly string[], ['S']),
    domain: fc.constantFrom(undefined, undefined, undefined, 'own' as const, 'detached' as const),
    testRemove: fc.constantFrom(false, false, true),
    forever: fc.constantFrom(false, false, false, true),
    queues: fc.boolean(),
  })
  .map(({ roles, shared, idle, owner, isOutside, open, domain, testRemove, forever, queues }): Scenario => {
    const devices: Record<string, DriverName | null> = { S: shared };
    for (let number = 0; number < idle; number += 1) devices[`I-${number}`] = null;
    const outside: Record<string, 'absent'> = {};
    const tasks: ScriptedCall[][] = [];
    for (const { script, copies, ownDevice, ownUser, ownDriver, bound } of roles) {
      for (let copy = 0; copy < copies; copy += 1) {
        const device = ownDevice ? `D-${tasks.length}` : 'S';
        if (ownDevice) devices[device] = bound;
        const cast: Cast = {
          device,
          user: ownUser ? `user:T${tasks.length}` : 'user',
          driver: ownDriver && copy === 1 ? 'hba' : 'nic',
        };
        tasks.push(script.map((one) => one(cast)));
        if (isOutside && ownDevice && bound === null) outside[device] = 'absent';
      }
    }
    return {
      id: 'own',
      title: 'of one’s own',
      tags: [],
      devices,
      owner,
      tasks,
      ...(Object.keys(outside).length > 0 && { outside }),
      ...(owner !== null && open !== undefined && { open }),
      ...(domain !== undefined && { domain }),
      ...(testRemove && { testRemove }),
      ...(forever && { forever: tasks.map((_, task) => task), ...(queues && { queues }) }),
    };
  });

/** Any knobs that do not conflict. */
const hybrids: fc.Arbitrary<Variant> = fc
  .tuple(
    fc.constantFrom(...variants),
    fc.array(
      fc
        .constantFrom(...knobNames)
        .chain((name) => fc.tuple(fc.constant<KnobName>(name), fc.constantFrom(...Object.keys(knobs[name].values)))),
      { maxLength: 4 },
    ),
  )
  .map(
    ([variant, changes]): Variant => ({
      ...variant,
      id: 'hybrid',
      knobs: { ...variant.knobs, ...Object.fromEntries(changes) } as Knobs,
    }),
  )
  .filter(({ knobs: all }) => conflictsOf(all).length === 0);

const most = 3000;

it('in any scenario of one’s own, under any knobs, the same is found with reductions and without', () => {
  let [alike, reduced] = [0, 0];
  fc.assert(
    fc.property(hybrids, scenarios, fc.constantFrom(...bothStores), (variant, scenario, stores) => {
      const model = modelOf(variant, scenario, stores);
      const rows = everyState(model, most);
      if (rows.length >= most) return;
      const { symmetry } = model;
      if (symmetry !== undefined && symmetry.groups.length > 0) {
        alike += 1;
        for (const swap of swapsOf(symmetry)) {
          const start = rows[0] as Int32Array;
          expect(exchanged(symmetry, start, swap).join()).toBe(start.join());
        }
      }
      const reports = expectSameWithout(variant, scenario, stores);
      if (reports.slice(1).some(({ states }) => states < rows.length)) reduced += 1;
    }),
    { numRuns: isThorough ? 3000 : 60, ...(!isThorough && { seed: 20261125 }) },
  );
  if (isThorough) expect([alike > 300, reduced > 300]).toEqual([true, true]);
});

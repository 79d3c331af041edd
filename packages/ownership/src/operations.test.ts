import { follow, parseSchedule, random, roundRobin } from '@custody/explore';
import { fieldsOf, fold, type TraceEvent, type World, worldOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { bothStores, eachVariant, scenario, variant } from './found.testing.ts';
import type { Knobs } from './knobs.ts';
import { topologyOf } from './model-of.ts';
import { step } from './operation.ts';
import {
  add,
  attach,
  bind,
  claim,
  close,
  configure,
  type DriverName,
  detach,
  openDevice,
  override,
  release,
  remove,
  type Scenario,
  type ScriptedCall,
  setContainer,
  setIommu,
  storeType,
  unbind,
} from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulate.ts';
import { type Variant, variantOf } from './variant.ts';

const linux = variant('linux-6.1');
const latest = variant('linux-6.12');

const story = (tasks: readonly (readonly ScriptedCall[])[], how: Partial<Scenario> = {}): Scenario => ({
  id: 'a-story',
  title: 'A story of this test',
  tags: [],
  devices: { A: null },
  owner: null,
  tasks,
  ...how,
});

const change = (given: Variant, knobs: Partial<Knobs>): Variant =>
  variantOf(given, { id: `${given.id}-changed`, title: 'of this test', source: 'this test', knobs });

/** Every way that the calls of the only task can return. */
const returnsOf = (given: Variant, where: Scenario): readonly (readonly string[])[] =>
  exploreVariant(given, where).outcomes.map(({ results }) => results.T0 ?? []);
const outcomesOf = (given: Variant, where: Scenario) => exploreVariant(given, where).outcomes;
const violated = (given: Variant, where: Scenario): readonly string[] =>
  exploreVariant(given, where).properties.flatMap(({ id, verdict }) => (verdict === 'violated' ? [id] : []));

/** A run of one task alone, or as the schedule says. */
const run = (given: Variant, where: Scenario, schedule?: string) => {
  const scheduler = schedule === undefined ? roundRobin() : follow(parseSchedule(schedule));
  const { events, parted } = simulate(given, where, scheduler);
  expect(parted).toBeNull();
  return events;
};
const told = (events: readonly TraceEvent[], but = /^(StepTaken|Lock)/): readonly string[] =>
  events.filter(({ type }) => !but.test(type)).map((event) => `${event.type} ${fieldsOf(event)}`.trimEnd());
const labels = (events: readonly TraceEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'StepTaken' ? [event.data.label] : []));
const locksTaken = (events: readonly TraceEvent[]): readonly string[] =>
  events.flatMap((event) => (event.type === 'LockAcquired' ? [event.data.lock] : []));
const worldAfter = (given: Variant, where: Scenario, events: readonly TraceEvent[]): World =>
  fold(worldOf(topologyOf(given, where)), events);

describe('a bind that fails (§2.1)', () => {
  it('in pinctrl makes no claim and tells no notifier (F_EARLY)', () => {
    const events = run(linux, story([[bind('A', 'nic', { pinctrl: 'fails' })]]), 'T0*6');
    expect(told(events)).toEqual([
      'BindStarted device=A driver=nic managed=false',
      'DriverSet device=A driver=nic',
      'DriverCleared device=A',
      'BindReturned device=A errno=EINVAL',
    ]);
  });

  it('at its links in sysfs does not reach probe(), and gives back its claim before the clear (F_SYSFS)', () => {
    const events = run(linux, story([[bind('A', 'nic', { sysfs: 'fails' })]]), 'T0*13');
    expect(told(events).filter((fact) => !fact.includes('BIND_DRIVER'))).toEqual([
      'BindStarted device=A driver=nic managed=false',
      'DriverSet device=A driver=nic',
      'CallEntered op=use group=1 device=A',
      'OwnerSet group=1 owner=- count=1',
      'CallReturned op=use group=1 device=A errno=OK',
      'BusNotified device=A event=DRIVER_NOT_BOUND',
      'CallEntered op=unuse group=1 device=A',
      'OwnerSet group=1 owner=- count=0',
      'CallReturned op=unuse group=1 device=A errno=OK',
      'DriverCleared device=A',
      'BindReturned device=A errno=ENOMEM',
    ]);
  });

  // §1.3: BIND_DRIVER comes "after dma_configure succeeded"; it is told when the claim inside that has returned.
  it('at its links in sysfs tells BIND_DRIVER when its claim has returned (B7, B8)', () => {
    const facts = told(run(linux, story([[bind('A', 'nic', { sysfs: 'fails' })]])));
    const claimed = facts.indexOf('CallReturned op=use group=1 device=A errno=OK');
    expect(facts[claimed + 1]).toBe('BusNotified device=A event=BIND_DRIVER');
  });

  it('at its groups has been through probe(), and gives back too (B11, F_PROBE)', () => {
    const where = story([[bind('A', 'nic', { groups: 'fails' })]]);
    const facts = told(run(linux, where));
    expect(facts.indexOf('ProbeReturned device=A errno=OK')).toBeLessThan(
      facts.indexOf('BusNotified device=A event=DRIVER_NOT_BOUND'),
    );
    expect(facts).not.toContain('BusNotified device=A event=BOUND_DRIVER');
    expect(outcomesOf(linux, where)).toEqual([
      { results: { T0: ['ENOMEM'] }, final: { owner: null, ownerCount: 0, domain: 'default' } },
    ]);
  });

  const everyway: readonly (readonly [string, Parameters<typeof bind>[2]])[] = [
    ['pinctrl', { pinctrl: 'may fail' }],
    ['the firmware', { firmware: 'may fail' }],
    ['the firmware, put off', { firmware: 'may defer' }],
    ['sysfs', { sysfs: 'may fail' }],
    ['probe()', { probe: 'may fail' }],
    ['probe(), put off', { probe: 'may defer' }],
    ['its groups', { groups: 'may fail' }],
  ];
  it.each(everyway)('at %s leaves the group as it was, whoever claims', (_where, chances) => {
    for (const [, given] of eachVariant) {
      const where = story([[bind('A', 'nic', chances)]]);
      expect([given.id, violated(given, where)]).toEqual([given.id, []]);
      const failed = outcomesOf(given, where).filter(({ results }) => results.T0?.[0] !== 'OK');
      expect(failed.map(({ final }) => final)).toEqual([{ owner: null, ownerCount: 0, domain: 'default' }]);
    }
  });

  it('at the firmware has claimed where the claim comes first, and takes that back; else it has not (F-2, §2.2)', () => {
    const where = story([[bind('A', 'nic', { firmware: 'fails' })]]);
    expect(labels(run(variant('series-v6'), where)).filter((label) => /^(use|unuse|bind.firm)/.test(label))).toEqual([
      'use.lock',
      'use.check',
      'use.unlock',
      'bind.firmware',
      'unuse.lock-undo',
      'unuse.count-undo',
      'unuse.unlock-undo',
    ]);
    expect(labels(run(linux, where)).filter((label) => /^(use|unuse|bind.firm)/.test(label))).toEqual([
      'bind.firmware',
    ]);
    expect([returnsOf(variant('series-v6'), where), returnsOf(linux, where)]).toEqual([[['ENODEV']], [['ENODEV']]]);
  });

  it('at the firmware, its claim made first, leaks unless something is done on that way out', () => {
    const where = story([[bind('A', 'nic', { firmware: 'fails' })]]);
    const first = { claimSite: 'dma_configure first' } as const;
    expect(violated(change(variant('series-v6'), { releaseOnEarlyFailure: 'none' }), where)).toEqual(
      expect.arrayContaining(['I2', 'I4', 'I5']),
    );
    expect(violated(change(variant('robin-mail'), first), where)).toEqual(expect.arrayContaining(['I4']));
    expect(violated(change(variant('robin-repaired'), first), where)).toEqual([]);
  });

  it('at its claim is refused with EBUSY before probe(), and dev->driver is NULL again (I9)', () => {
    const where = scenario('bind-into-live-group');
    const events = run(linux, where);
    expect(labels(events)).not.toContain('bind.probe');
    expect(worldAfter(linux, where, events).devices).toMatchObject({ B: { driver: null, phase: 'unbound' } });
    expect(returnsOf(linux, where)).toEqual([['EBUSY']]);
  });
});

describe('a bind that finds', () => {
  it('a driver there returns EBUSY to a write to `bind`, and is passed over by a driver that registers (B3)', () => {
    const there: Partial<Scenario> = { devices: { A: 'nic' } };
    expect(returnsOf(linux, story([[bind('A', 'hba')]], there))).toEqual([['EBUSY']]);
    expect(returnsOf(linux, story([[bind('A', 'hba', { via: 'register' })]], there))).toEqual([['OK']]);
    const events = run(linux, story([[bind('A', 'hba', { via: 'register' })]], there));
    expect(told(events)).toEqual([]);
  });

  it('no device, or a dead one, returns ENODEV (B2)', () => {
    const absent = story([[bind('A', 'nic')]], { outside: { A: 'absent' } });
    expect(returnsOf(linux, absent)).toEqual([['ENODEV']]);
    expect(returnsOf(linux, story([[remove('A'), bind('A', 'nic')]]))).toEqual([['OK', 'ENODEV']]);
    // Killed, unbound by nobody yet: the device_lock is free, and p->dead is set.
    const dying = story([[remove('A')], [bind('A', 'nic')]], { devices: { A: 'nic', B: 'nic' } });
    const between = told(run(linux, dying, 'T0*3 T1*3')).filter((fact) => fact.startsWith('BindStarted'));
    expect(between).toEqual([]);
    // Never bound after all: before the kill it is busy, and after it is dead.
    expect(outcomesOf(linux, dying).map(({ results }) => results.T1)).toEqual(
      expect.arrayContaining([['EBUSY'], ['ENODEV']]),
    );
    expect(outcomesOf(linux, dying).map(({ results }) => results.T1)).not.toContainEqual(['OK']);
  });

  it('a device that is not in its group yet is put off by 6.12, and goes on before that (§2.9)', () => {
    const late = story([[add('A')], [bind('A', 'nic', { via: 'register' })]], { outside: { A: 'absent' } });
    const results = (given: Variant) => [
      ...new Set(outcomesOf(given, late).map((outcome) => outcome.results.T1?.join())),
    ];
    expect(results(latest).sort()).toEqual(['ENODEV', 'EPROBE_DEFER', 'OK']);
    expect(results(linux).sort()).toEqual(['ENODEV', 'OK']);
  });
});

describe('drivers that match', () => {
  const inTurn = (chances: Parameters<typeof bind>[2]) =>
    story([[bind('A', ['nic', 'hba'], { via: 'drivers_probe', ...chances })]]);
  const tried = (events: readonly TraceEvent[]): readonly string[] =>
    events.flatMap((event) => (event.type === 'BindStarted' ? [event.data.driver] : []));

  it('are tried in turn when probe() fails: its errno is positive (§2.1, Consequences)', () => {
    expect(tried(run(linux, inTurn({ probe: 'fails' })))).toEqual(['nic', 'hba']);
    expect(outcomesOf(linux, inTurn({ probe: 'may fail' })).map(({ final }) => final.ownerCount)).toEqual([0, 1]);
    expect(violated(linux, inTurn({ probe: 'may fail' }))).toEqual([]);
  });

  it.each([['pinctrl'], ['firmware'], ['sysfs'], ['groups']] as const)(
    'are not tried further when %s fails: its errno is negative',
    (what) => {
      expect(tried(run(linux, inTurn({ [what]: 'fails' })))).toEqual(['nic']);
    },
  );

  it('are not tried further when the claim is refused (S-25)', () => {
    const events = run(linux, scenario('hotplug-into-owned'));
    expect(tried(events)).toEqual(['nic']);
    expect(events.filter(({ type }) => type === 'BindReturned')).toMatchObject([{ data: { errno: 'EBUSY' } }]);
  });

  // §2.1 B10: "ret = +errno", EPROBE_DEFER too, and a positive one goes on; B15 puts the device on the list besides.
  it('are tried further when probe() is put off', () => {
    expect(tried(run(linux, inTurn({ probe: 'defers' })))).toEqual(['nic', 'hba']);
  });

  it('by driver_override only are passed over until it names them, and then are the only ones (§2.10)', () => {
    const asked = (names: ScriptedCall) => story([[names, bind('A', ['nic', 'vfio'], { via: 'drivers_probe' })]]);
    expect(tried(run(linux, asked(override('A', null))))).toEqual(['nic']);
    expect(tried(run(linux, asked(override('A', 'vfio'))))).toEqual(['vfio']);
    expect(tried(run(linux, asked(override('A', 'hba'))))).toEqual([]);
  });

  it('are refused with ENODEV by a write to `bind` when driver_override names another (§2.10)', () => {
    const asked = (names: DriverName | null) => story([[override('A', names), bind('A', 'nic')]]);
    expect(returnsOf(linux, asked('hba'))).toEqual([['OK', 'ENODEV']]);
    expect(tried(run(linux, asked('hba')))).toEqual([]);
    expect(returnsOf(linux, asked('nic'))).toEqual([['OK', 'OK']]);
    expect(returnsOf(linux, asked(null))).toEqual([['OK', 'OK']]);
  });

  it('are not asked at all by drivers_probe when one is there, by an unlocked look (§2.10)', () => {
    const where = story([[bind('A', ['hba'], { via: 'drivers_probe' })]], { devices: { A: 'nic' } });
    expect(labels(run(linux, where))).toEqual(['bind.look']);
    expect(returnsOf(linux, where)).toEqual([['OK']]);
  });
});

describe('a bind that is put off', () => {
  it('until the group has a default domain runs again when it has one (S-37, F-14)', () => {
    const where = scenario('default-domain-late');
    const results = outcomesOf(latest, where).map(({ results: each }) => each);
    // T1 brings the domain first; or after the bind asked, and then the worker, T2, does it again.
    expect(results).toContainEqual({ T0: ['OK'], T1: ['OK'], T2: [] });
    expect(results).toContainEqual({ T0: ['EPROBE_DEFER'], T1: ['OK'], T2: ['OK'] });
    expect(violated(latest, where)).toEqual([]);
  });

  it('goes on untold on kernels that do not put off, and its domain is changed under it', () => {
    expect(violated(linux, scenario('default-domain-late'))).toEqual(['I12']);
  });

  it('is waited for by a worker, whose idleness is no deadlock', () => {
    const idle = story([[bind('A', 'nic')], [bind('A', 'nic', { via: 'deferred' })]]);
    expect(exploreVariant(latest, idle)).toMatchObject({
      deadlock: null,
      outcomes: [{ results: { T0: ['OK'], T1: [] } }],
    });
  });
});

describe('a write to `unbind` (§2.10)', () => {
  const busy: Partial<Scenario> = { devices: { A: 'nic' } };

  it('looks for its driver without a lock, and says ENODEV when another is there', () => {
    expect(returnsOf(linux, story([[unbind('A', 'hba')]], busy))).toEqual([['ENODEV']]);
    expect(locksTaken(run(linux, story([[unbind('A', 'hba')]], busy)))).toEqual([]);
    expect(returnsOf(linux, story([[unbind('A', 'nic')]], busy))).toEqual([['OK']]);
    expect(returnsOf(linux, story([[unbind('A', 'nic'), unbind('A', 'nic')]], busy))).toEqual([['OK', 'ENODEV']]);
  });

  it('then unbinds whatever is bound by then', () => {
    const swap = story([[unbind('A', 'nic')], [unbind('A'), bind('A', 'hba')]], busy);
    // T0 looks; T1 puts hba in the place of nic: 8 steps of the unbind, 10 of the bind.
    const events = run(linux, swap, 'T0 T1*18 T0*8');
    expect(told(events).filter((fact) => /^(Driver|Unbind)/.test(fact))).toEqual([
      'UnbindStarted device=A',
      'DriverCleared device=A',
      'UnbindReturned device=A',
      'DriverSet device=A driver=hba',
      'UnbindStarted device=A',
      'DriverCleared device=A',
      'UnbindReturned device=A',
    ]);
    expect(worldAfter(linux, swap, events).devices).toMatchObject({ A: { driver: null } });
  });

  it('has nothing to do where the driver has gone in between', () => {
    const gone = story([[unbind('A', 'nic')], [unbind('A')]], busy);
    const events = run(linux, gone, 'T0 T1*8 T0*3');
    expect(events.filter(({ task, type }) => task === 'T0' && type === 'UnbindStarted')).toEqual([]);
    expect(outcomesOf(linux, gone).map(({ results }) => results.T0)).toEqual(expect.arrayContaining([['OK']]));
    expect(violated(linux, gone)).toEqual([]);
  });
});

describe('hotplug (§2.9)', () => {
  it('of a device that comes: on its bus, in its group, then probed', () => {
    const where = story([[add('A', ['nic'])]], { outside: { A: 'absent' }, devices: { A: null, B: 'nic' } });
    const facts = told(run(linux, where), /^(StepTaken|Lock|Call|OwnerSet|Driver|Probe)/);
    expect(facts).toEqual([
      'DeviceRegistered device=A',
      'BusNotified device=A event=ADD_DEVICE',
      'DeviceAdded device=A group=1',
      'BindStarted device=A driver=nic managed=false',
      'BusNotified device=A event=BIND_DRIVER',
      'BusNotified device=A event=BOUND_DRIVER',
      'BindReturned device=A errno=OK',
    ]);
    expect(locksTaken(run(linux, where)).slice(0, 2)).toEqual(['iommu-probe', 'group:1']);
  });

  it('of a bound device that goes: dead, unbound with its claim given back, and then out of its group', () => {
    const where = story([[remove('A')]], { devices: { A: 'nic', B: 'nic' } });
    const events = run(linux, where);
    expect(told(events, /^(StepTaken|Lock|Call|RemoveReturned)/)).toEqual([
      'BusNotified device=A event=DEL_DEVICE',
      'UnbindStarted device=A',
      'BusNotified device=A event=UNBIND_DRIVER',
      'OwnerSet group=1 owner=- count=1',
      'DriverCleared device=A',
      'BusNotified device=A event=UNBOUND_DRIVER',
      'UnbindReturned device=A',
      'DeviceRemoved device=A',
      'BusNotified device=A event=REMOVED_DEVICE',
    ]);
    const { devices, groups } = worldAfter(linux, where, events);
    expect(Object.keys(devices)).toEqual(['B']);
    expect(Object.values(groups)[0]).toMatchObject({ devices: ['B'], ownerCount: 1 });
  });

  it.each(eachVariant.filter(([, { knobs }]) => knobs.claimSite !== 'none'))(
    'of all kernel drivers leaves nothing behind under %s',
    (_id, given) => {
      const where = story([[remove('A')], [remove('B')]], { devices: { A: 'nic', B: 'nic' } });
      expect(violated(given, where)).toEqual([]);
      expect(outcomesOf(given, where).map(({ final }) => [final.owner, final.ownerCount])).toEqual([[null, 0]]);
    },
  );

  it('warns when the last device of an owned group goes', () => {
    const owned = story([[remove('A')]], { devices: { A: 'vfio' }, owner: 'user' });
    expect(violated(linux, owned)).toContain('I14');
    expect(run(linux, owned).some(({ type }) => type === 'WarningRaised')).toBe(true);
    expect(violated(linux, story([[remove('A')]]))).toEqual([]);
  });

  it('of a device that went already is ENODEV', () => {
    expect(returnsOf(linux, story([[remove('A'), remove('A')]]))).toEqual([['OK', 'ENODEV']]);
  });
});

describe("a device whose group is found inside dma_configure (§2.9, 'late group')", () => {
  const where = scenario('late-group');

  it('joins under the probe lock of the IOMMU core, and under its own device_lock', () => {
    // Bind: the join, then the claim. Unbind: the release.
    expect(locksTaken(run(linux, where))).toEqual([
      ...['device:A', 'iommu-probe', 'group:1', 'group:1'],
      ...['device:A', 'group:1'],
    ]);
    const steps = labels(run(linux, where)).filter((label) => label.startsWith('join.'));
    expect(steps).toEqual(['join.probe-lock', 'join.lock', 'join.add', 'join.unlock', 'join.probe-unlock']);
    for (const [, given] of eachVariant) expect(violated(given, where)).not.toContain('I10');
  });

  it('is not put into its group twice where another has probed it meanwhile', () => {
    const added: Scenario = {
      ...where,
      tasks: [[bind('A', 'nic', { joins: true })], [bind('A', 'hba', { joins: true })]],
    };
    expect(exploreVariant(linux, added).deadlock).toBeNull();
    expect(violated(linux, added)).toEqual([]);
  });
});

describe('a driver that CONFIG_DEBUG_TEST_DRIVER_REMOVE takes off (B12; S-21)', () => {
  const where = scenario('test-remove');
  const mend = { testRemove: 'calls dma_cleanup' } as const;

  it("gives its claim back by F-9's mend where that is in dma_cleanup", () => {
    expect(violated(change(linux, mend), where)).toEqual([]);
    const steps = labels(run(change(linux, mend), where));
    expect(steps.filter((label) => /^unuse.lock|^bind.probe/.test(label))).toEqual([
      'bind.probe',
      'unuse.lock-test',
      'bind.probe',
      'unuse.lock',
    ]);
  });

  it.each(['notifier-cleanup-count', 'notifier-claim'])('keeps it under %s, as no notification is raised', (id) => {
    expect(violated(change(variant(id), mend), where)).toEqual(['I2', 'I4', 'I5', 'I11']);
    const facts = told(run(variant(id), where));
    // The second probe, and no word of the first driver's end.
    const [first, second] = facts.flatMap((fact, at) => (fact.startsWith('ProbeReturned') ? [at] : []));
    expect(facts.slice(first, second).filter((fact) => /NOT_BOUND|UNBOUND_DRIVER/.test(fact))).toEqual([]);
  });

  it.each(['robin-sketch', 'robin-mail', 'robin-repaired', 'notifier-cleanup-walk'])(
    'leaves nothing to mend under %s: "V2/V3 immune"',
    (id) => {
      expect(violated(variant(id), where)).not.toContain('I4');
      expect(outcomesOf(change(variant(id), mend), where)).toEqual(outcomesOf(variant(id), where));
    },
  );
});

describe("VFIO's list of the group (§2.5)", () => {
  /** A is unbound and given to a kernel driver while B, which is open, is being unbound too. */
  const where = story([[unbind('A'), bind('A', 'nic')], [unbind('B')], [close('user', 'B')]], {
    devices: { A: 'vfio', B: 'vfio' },
    owner: 'user',
    open: ['B'],
  });

  it('is left when remove() ends: the container goes with the last that left, and not with the last bound', () => {
    // T1: lock, find; B's remove() waits for user space. T0 unbinds A in whole and is refused.
    const [group, container] = ['vfio-group:1', 'vfio-container:1'];
    const events = run(linux, where, 'T1*2 T0*17');
    const early = events.slice(0, events.findIndex(({ type }) => type === 'BindReturned') + 1);
    expect(early.at(-1)).toMatchObject({ task: 'T0', data: { device: 'A', errno: 'EBUSY' } });
    expect(locksTaken(early)).toContain(group);
    expect(locksTaken(early)).not.toContain(container);
    const world = worldAfter(linux, where, early);
    expect(Object.values(world.groups)[0]).toMatchObject({ owner: 'user', domain: 'user' });
    expect(world.devices).toMatchObject({ B: { driver: 'vfio', phase: 'unbinding' } });
  });

  it.each(eachVariant.filter(([, { knobs }]) => knobs.conflictAtBind === 'refused'))(
    'keeps a kernel driver out for as long as a device of it is open: %s',
    (_id, given) => {
      expect(violated(given, where)).not.toContain('I1');
      const results = outcomesOf(given, where).map(({ results: each }) => each.T0?.join());
      // Refused while B is open; let in when T2 has closed it.
      expect(new Set(results)).toEqual(new Set(['OK,EBUSY', 'OK,OK']));
    },
  );

  it('lets remove() of all but the last go on before the series, and the last wait for the group', () => {
    const viability = variant('vfio-viability');
    const both = story([[unbind('A')], [unbind('B')]], { devices: { A: 'vfio', B: 'vfio' }, owner: 'user', open: [] });
    const { deadlock } = exploreVariant(viability, both);
    expect(deadlock?.waits).toEqual([
      { task: expect.stringMatching(/^T[01]$/), wants: 'user space to close the group', holder: null },
    ]);
    const alone = run(viability, both, 'T0*7').flatMap((event) =>
      event.type === 'UnbindReturned' ? [event.task] : [],
    );
    expect(alone).toEqual(['T0']);
  });

  it('takes the container with it, whoever is last', () => {
    const both = story([[unbind('A')], [unbind('B')]], { devices: { A: 'vfio', B: 'vfio' }, owner: 'user', open: [] });
    expect(exploreVariant(linux, both).deadlock).toBeNull();
    expect(outcomesOf(linux, both).map(({ final }) => final)).toEqual([
      { owner: null, ownerCount: 0, domain: 'default' },
    ]);
    for (const schedule of ['T0*99 T1*99', 'T1*99 T0*99']) {
      const closers = simulate(linux, both, follow(parseSchedule(schedule))).events.flatMap((event) =>
        event.type === 'LockAcquired' && event.data.lock === 'vfio-container:1' ? [event.task] : [],
      );
      expect(closers).toEqual([schedule.slice(-5, -3)]);
    }
  });
});

describe('a group that is left without a domain (series-v6, F-4)', () => {
  const alone: Partial<Scenario> = { devices: { A: 'vfio' } };
  /** A release that does not restore the default domain, so that the group stays as the claim left it. */
  const unrestored = (id: string): Variant => ({
    ...variant(id),
    rewrite: (steps) =>
      steps['release.restore'] === undefined ? steps : { ...steps, 'release.restore': step(() => 'release.unlock') },
  });
  const again = story([[claim('u', 'A'), release('u', 'A'), claim('u', 'A')]], alone);

  it('can be claimed again there, where "no domain" is what a claim leaves; a blocking one cannot (K3)', () => {
    expect(returnsOf(unrestored('series-v6'), again)).toEqual([['OK', 'OK', 'OK']]);
    expect(returnsOf(unrestored('linux-6.1'), again)).toEqual([['OK', 'OK', 'EBUSY']]);
    expect(returnsOf(variant('series-v6'), again)).toEqual([['OK', 'OK', 'OK']]);
  });

  it('cannot be claimed there with a domain of its own', () => {
    expect(returnsOf(variant('series-v6'), story([[claim('u', 'A')]], { ...alone, domain: 'own' }))).toEqual([
      ['EBUSY'],
    ]);
  });

  it('is the only one that a release there attaches the default domain to; over another it warns', () => {
    const attached = story([[release('user', 'A')]], { ...alone, owner: 'user', open: [] });
    const facts = told(run(variant('series-v6'), attached));
    expect(facts.filter((fact) => fact.startsWith('WarningRaised'))).toHaveLength(1);
    expect(facts.filter((fact) => fact.startsWith('DomainAttached'))).toEqual([]);
    expect(violated(variant('series-v6'), attached)).toContain('I14');
    // What was merged attaches it, whatever is there.
    expect(told(run(linux, attached))).toContain('DomainAttached group=1 domain=default');
    expect(violated(linux, attached)).not.toContain('I14');
    const plain = story([[claim('u', 'A'), release('u', 'A')]], alone);
    expect(told(run(variant('series-v6'), plain))).toContain('DomainAttached group=1 domain=default');
    expect(violated(variant('series-v6'), plain)).not.toContain('I14');
  });
});

describe('a container (§2.5)', () => {
  const alone: Partial<Scenario> = { devices: { A: 'vfio' } };
  const whole = story([[setContainer('u', 'A'), setIommu('u', 'A'), openDevice('u', 'A'), close('u', 'A')]], alone);

  it('is set under G.group_lock > c.group_lock > g.mutex, and dropped so too (v5.19 and later)', () => {
    const [group, container, mutex] = ['vfio-group:1', 'vfio-container:1', 'group:1'];
    expect(locksTaken(run(linux, whole))).toEqual([
      ...[group, container, mutex], // set: the claim
      ...[container, mutex], // VFIO_SET_IOMMU: the user's domain
      group, // the device's file
      ...[group, container, mutex, mutex], // close: detach, then release
    ]);
    expect(violated(linux, whole)).toEqual([]);
    expect(outcomesOf(linux, whole)).toEqual([
      { results: { T0: ['OK', 'OK', 'OK', 'OK'] }, final: { owner: null, ownerCount: 0, domain: 'default' } },
    ]);
  });

  it('is refused with EPERM beside a kernel driver, and what needs it is not asked for (S-02)', () => {
    expect(returnsOf(linux, scenario('set-iommu-under-kernel-driver'))).toEqual([['EPERM']]);
    expect(returnsOf(variant('robin-mail'), scenario('set-iommu-under-kernel-driver'))).toEqual([['EBUSY']]);
  });

  it("was not refused before the series: only the device was, with EINVAL, its domain long the user's (S-02)", () => {
    const where = scenario('set-iommu-under-kernel-driver');
    expect(outcomesOf(variant('vfio-viability'), where)).toMatchObject([
      { results: { T0: ['OK', 'OK', 'EINVAL'] }, final: { domain: 'user' } },
    ]);
  });

  it('is one at a time: the second is EINVAL', () => {
    const two = story([[setContainer('u', 'A'), setContainer('w', 'A')]], alone);
    for (const id of ['vfio-viability', 'linux-6.1']) expect(returnsOf(variant(id), two)).toEqual([['OK', 'EINVAL']]);
  });

  it("goes with the group's last vfio device: dev.devLock > G.group_lock > c.group_lock > g.mutex", () => {
    const leaving = story([[setContainer('u', 'A'), setIommu('u', 'A'), unbind('A')]], alone);
    const events = run(linux, leaving);
    const removal = events.findIndex(({ type }) => type === 'UnbindStarted');
    expect(locksTaken(events.slice(removal - 2))).toEqual([
      'device:A',
      'vfio-group:1',
      'vfio-container:1',
      'group:1',
      'group:1',
    ]);
    expect(worldAfter(linux, leaving, events).groups).toMatchObject({ 1: { owner: null, domain: 'default' } });
    expect(violated(linux, leaving)).toEqual([]);
  });

  it('keeps remove() waiting while its device is open, with the device_lock held (R5, S-33)', () => {
    const where = scenario('unbind-in-use');
    // T0: lock, find; and then no step of it is offered until T2 has closed the device's file.
    const stuck = simulate(linux, where, follow(parseSchedule('T0*3 T1')));
    expect(stuck.parted).toEqual({ step: 2, action: 'T0', why: 'blocked' });
    const waiting = run(linux, where, 'T0 T0 T2');
    expect(worldAfter(linux, where, waiting).locks).toMatchObject({ 'device:A': { holders: ['T0'], waiters: ['T1'] } });
    const on = run(linux, where, 'T0 T0 T2 T0');
    expect(on.at(-1)).toMatchObject({ task: 'T0' });
  });
});

describe('a claim (§2.6)', () => {
  const alone: Partial<Scenario> = { devices: { A: 'vfio' } };
  const nested = story([[claim('u', 'A'), claim('u', 'A'), release('u', 'A')]], alone);

  it.each([
    ['series-v6', ['OK', 'OK', 'OK'], { owner: 'u', ownerCount: 1 }],
    ['linux-6.1', ['OK', 'EPERM', 'OK'], { owner: null, ownerCount: 0 }],
    ['linux-6.12', ['OK', 'EPERM', 'OK'], { owner: null, ownerCount: 0 }],
    ['robin-mail', ['OK', 'OK', 'OK'], { owner: null, ownerCount: 0 }],
  ])('made twice and released once, under %s: %j (S-24)', (id, results, final) => {
    expect(outcomesOf(variant(id), nested)).toMatchObject([{ results: { T0: results }, final }]);
  });

  it('by device counts for one user and refuses another with EPERM (S-23, v6.2)', () => {
    const results = outcomesOf(latest, scenario('two-users-one-group'));
    // T0 claims through A and through B, T1 through B.
    expect(results.map(({ results: each }) => each)).toEqual([
      { T0: ['EPERM', 'EPERM'], T1: ['OK'] },
      { T0: ['OK', 'OK'], T1: ['EPERM'] },
    ]);
    expect(results.map(({ final }) => final.ownerCount)).toEqual([1, 2]);
  });

  it('of a group that translates with another domain than the default is EBUSY (K3)', () => {
    expect(returnsOf(linux, story([[claim('u', 'A')]], { ...alone, domain: 'own' }))).toEqual([['EBUSY']]);
  });
});

describe('a domain', () => {
  const managed: Partial<Scenario> = { devices: { A: 'stub' } };
  const beside: Partial<Scenario> = { devices: { A: 'stub', B: null } };

  it('of its own is given to the only device of a group, and to none of two (§2.7)', () => {
    expect(returnsOf(linux, story([[attach('A'), detach('A')]], managed))).toEqual([['OK', 'OK']]);
    expect(returnsOf(linux, story([[attach('A')]], beside))).toEqual([['EINVAL']]);
    expect(returnsOf(linux, story([[attach('A'), attach('A')]], managed))).toEqual([['OK', 'EBUSY']]);
  });

  it('of its own, taken back, leaves the default one, and the blocking one in a group that is owned', () => {
    expect(outcomesOf(linux, story([[attach('A'), detach('A')]], managed))).toMatchObject([
      { final: { domain: 'default' } },
    ]);
    const owned: Partial<Scenario> = { devices: { A: 'vfio' }, owner: 'user' };
    expect(outcomesOf(linux, story([[attach('A'), detach('A')]], owned))).toMatchObject([
      { results: { T0: ['OK', 'OK'] }, final: { owner: 'user', domain: 'blocking' } },
    ]);
  });

  it('of default is replaced by a write to `type`: of one device without a driver up to v6.3 (S-28, S-29, §2.8)', () => {
    expect(returnsOf(linux, scenario('store-type-multi'))).toEqual([['EINVAL']]);
    expect(returnsOf(linux, story([[storeType]]))).toEqual([['OK']]);
    expect(returnsOf(linux, story([[storeType]], managed))).toEqual([['EBUSY']]);
    expect(locksTaken(run(linux, story([[storeType]])))).toEqual(['group:1', 'device:A', 'group:1']);
  });

  it('of default is replaced for any group that is not owned from v6.4 on (S-27 to S-29, §2.8)', () => {
    expect(returnsOf(latest, scenario('store-type-multi'))).toEqual([['OK']]);
    expect(returnsOf(latest, story([[storeType]], { devices: { A: 'nic' } }))).toEqual([['EPERM']]);
    expect(returnsOf(latest, story([[storeType]], { devices: { A: 'vfio' }, owner: 'user' }))).toEqual([['EPERM']]);
    expect(locksTaken(run(latest, story([[storeType]])))).toEqual(['group:1']);
    // Store first: the bind uses the new one. Bind first: EPERM.
    expect(
      outcomesOf(latest, scenario('store-type-race')).map(({ results, final }) => [results.T0, final.domain]),
    ).toEqual(
      expect.arrayContaining([
        [['EPERM'], 'default'],
        [['OK'], 'identity'],
      ]),
    );
  });

  // §2.8: "if devices empty or owner_cnt > 0: -EPERM".
  it('of default is not replaced in a group that no device is left in', () => {
    expect(returnsOf(latest, story([[remove('A'), storeType]]))).toEqual([['OK', 'EPERM']]);
  });
});

describe('dma_configure() by the IOMMU core (F-13)', () => {
  const busy: Partial<Scenario> = { devices: { A: null } };

  it('is not done before v6.15', () => {
    expect(labels(run(linux, story([[configure('A')]], busy)))).toEqual(['configure.skip']);
  });

  it('claims nothing for a device without a driver, or whose driver manages its own DMA, when read once', () => {
    for (const driver of [null, 'vfio'] as const) {
      const where = story([[configure('A')]], { devices: { A: driver } });
      expect(labels(run(variant('linux-6.17'), where))).toEqual(['configure.read']);
      expect(violated(variant('linux-6.17'), where)).toEqual([]);
    }
  });

  it('read twice takes a managed driver for one that is not, when it is set in between (S-38)', () => {
    const where = scenario('dev-driver-toctou');
    // T0 reads no driver; T1 locks, finds, sets vfio; T0 tests the pointer and claims for nobody.
    const events = run(variant('linux-6.15'), where, 'T0 T1*3 T0*4');
    expect(told(events)).toContain('OwnerSet group=1 owner=- count=1');
    expect(violated(variant('linux-6.17'), where)).toEqual([]);
  });
});

describe('no operation', () => {
  it.each(eachVariant)('leaves a lock held or a call open, in any scenario under %s', (_id, given) => {
    for (const [seed, where] of scenarios.entries()) {
      for (const stores of bothStores) {
        const { events, ending, waits } = simulate(given, where, random(seed + 100), { stores });
        if (waits !== null) continue; // a deadlock has a test of its own
        expect([where.id, ending]).toEqual([where.id, 'done']);
        const { locks, tasks, devices, bugs } = worldAfter(given, where, events);
        if (bugs.length > 0) continue; // the machine stopped where it was
        expect([where.id, locks, tasks]).toEqual([where.id, {}, {}]);
        // And every device is either bound or not.
        for (const { phase, driver } of Object.values(devices)) {
          expect(phase).toBe(driver === null ? 'unbound' : 'bound');
        }
      }
    }
  });
});

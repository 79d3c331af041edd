import { roundRobin } from '@custody/explore';
import { describe, expect, it } from 'vitest';
import { noDriver } from './codes.ts';
import { exploreVariant } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { end, type Label, type Place, type Step, setDriver, step } from './operation.ts';
import { sentences, sentencesOf } from './properties.ts';
import { add, attach, bind, claim, release, type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulate.ts';
import type { Variant } from './variant.ts';
import { variants } from './variants/index.ts';
import type { DeviceView } from './views.ts';

/** linux-6.1 with one step written wrongly, wherever an operation has it. */
const broken = (label: Label, wrong: (place: Place, right: Step) => Step): Variant => ({
  ...variant('linux-6.1'),
  rewrite: (steps, place) => {
    const right = steps[label];
    return right === undefined ? steps : { ...steps, [label]: wrong(place, right) };
  },
});

/** The device that the task has locked: the one that its bind or unbind is about. */
const locked = ({ devices, task }: Place): DeviceView => {
  const device = devices.find(({ lock }) => lock.holder === task.number);
  if (device === undefined) throw new RangeError(`Cannot find the device of T${task.number} as it has locked none`);
  return device;
};

const twoBinds: Scenario = { ...scenario('probe-fails-late'), tasks: [[bind('A', 'nic')], [bind('B', 'hba')]] };

const brokenProperties = (wrong: Variant, where: string | Scenario): readonly string[] =>
  exploreVariant(wrong, typeof where === 'string' ? scenario(where) : where).properties.flatMap(({ id, verdict }) =>
    verdict === 'violated' ? [id] : [],
  );

describe('the fifteen invariants, and the obligation', () => {
  it('are those of the specification, in its order', () => {
    const fifteen = Array.from({ length: 15 }, (_, index) => `I${index + 1}`);
    expect(sentences.map(({ id }) => id)).toEqual([...fifteen, 'O1']);
    expect(sentences.at(-1)?.source).toContain('case 4.b');
  });

  it('leave out the count where nothing is counted, and the holders where nobody claims', () => {
    const left = ({ knobs }: Variant) =>
      sentences.filter((sentence) => !sentencesOf(knobs).includes(sentence)).map(({ id }) => id);
    expect(left(variant('linux-6.1'))).toEqual([]);
    expect(left(variant('robin-mail'))).toEqual(['I2', 'I5']);
    expect(left(variant('vfio-viability'))).toEqual(['I2', 'I3', 'I5']);
  });

  /** Where the specification says that a scheme breaks it, and the scheme that it says does not, in the same story. */
  const table: readonly (readonly [id: string, breaks: string, where: string, keeps: string, source: string])[] = [
    ['I1', 'vfio-viability', 'bind-into-live-group', 'linux-6.1', 'S-01; §4.2'],
    ['I1', 'vfio-viability', 'set-iommu-under-kernel-driver', 'linux-6.1', 'S-02; §4.2'],
    ['I1', 'linux-6.1', 'probe-before-add-notifier', 'linux-6.12', 'S-20; ready_to_probe'],
    ['I1', 'notifier-claim', 'claim-in-notifier', 'notifier-cleanup-count', 'S-18; V6b'],
    ['I2', 'series-v6', 'late-group', 'linux-6.1', 'S-19; F-2'],
    ['I2', 'linux-6.1', 'test-remove', 'linux-6.12', 'S-21; F-9'],
    ['I3', 'robin-sketch', 'case-4b', 'robin-mail', 'S-14; §4.2'],
    ['I4', 'robin-mail', 'fail-before-claim', 'robin-repaired', 'S-15; g4'],
    ['I4', 'robin-repaired', 'double-unbind-hook-early', 'linux-6.1', 'S-16'],
    ['I4', 'notifier-cleanup-walk', 'notifier-cleanup', 'notifier-cleanup-count', 'S-17; V6a'],
    ['I5', 'series-v6', 'late-group', 'linux-6.1', 'S-19; F-2'],
    ['I5', 'linux-6.1', 'test-remove', 'linux-6.12', 'S-21; F-9'],
    ['I6', 'series-v6', 'release-order-uaf', 'linux-6.1', '§4.2; F-4'],
    ['I7', 'linux-6.1', 'hotplug-vs-singleton-attach', 'linux-6.12', 'S-26; F-10'],
    ['I8', 'robin-mail', 'two-users-one-group', 'linux-6.1', 'S-23'],
    ['I9', 'vfio-viability', 'bind-into-live-group', 'robin-mail', 'S-01; §4.2'],
    ['I9', 'notifier-claim', 'claim-in-notifier', 'linux-6.1', 'S-18; V6b'],
    ['I10', 'robin-mail', 'lock-order-trap', 'linux-6.1', 'S-34'],
    ['I11', 'robin-mail', 'lock-order-trap', 'linux-6.1', 'S-34'],
    ['I11', 'robin-mail', 'fail-before-claim', 'robin-repaired', 'S-15'],
    ['I12', 'linux-6.12', 'store-type-vs-managed-attach', 'linux-6.1', 'S-27'],
    ['I12', 'linux-6.1', 'default-domain-late', 'linux-6.12', 'S-37; F-14'],
    ['I13', 'series-v6', 'release-order-uaf', 'linux-6.1', 'S-31; F-4'],
    ['I13', 'robin-mail', 'driver-ptr-lifetime', 'robin-repaired', 'S-35'],
    ['I13', 'linux-6.15', 'dev-driver-toctou', 'linux-6.17', 'S-38; F-13'],
    ['I14', 'vfio-viability', 'bind-into-live-group', 'linux-6.1', 'S-01: BUG_ON'],
    ['I14', 'series-v6', 'late-group', 'linux-6.1', 'S-19: WARN'],
    ['O1', 'robin-mail', 'case-4b', 'vfio-viability', '§3, case 4.b; S-14'],
  ];
  it.each(table)('%s can fail: %s breaks it in %s, and %s keeps it (%s)', (id, breaks, where, keeps) => {
    expect(brokenProperties(variant(breaks), where)).toContain(id);
    expect(brokenProperties(variant(keeps), where)).not.toContain(id);
  });

  it('can each fail under a shipped variant, but for I15', () => {
    expect(sentences.map(({ id }) => id).filter((id) => !table.some(([told]) => told === id))).toEqual(['I15']);
    expect(variants.filter((given) => brokenProperties(given, 'probe-before-add-notifier').includes('I15'))).toEqual(
      [],
    );
  });
});

describe('a driver that owns the group and leaves its last device (O1; §3, case 4.b)', () => {
  const claiming = variants.filter(({ knobs }) => knobs.claimSite !== 'none').map(({ id }) => id);

  it.each(claiming)('is no release by itself under %s', (id) => {
    expect(brokenProperties(variant(id), 'case-4b')).toContain('O1');
  });

  it('waits for a release where VFIO had a container and nothing else had a say (R5, vfio-viability)', () => {
    expect(brokenProperties(variant('vfio-viability'), 'case-4b')).not.toContain('O1');
  });

  it.each(claiming)('is broken nowhere else in the scenarios by %s: who leaves there has released', (id) => {
    const where = scenarios.filter((each) => brokenProperties(variant(id), each).includes('O1'));
    expect(where.map((each) => each.id)).toEqual(['case-4b']);
  });

  const leaves = (how: Partial<Scenario>): Scenario => ({
    id: 'an-owner-leaves',
    title: 'A driver through which a user owns the group leaves',
    tags: [],
    devices: { A: 'vfio', B: null },
    owner: 'user',
    tasks: [[unbind('A')]],
    ...how,
  });
  it.each(claiming)('is kept under %s by who released first, or has another device there, or is no owner', (id) => {
    expect(brokenProperties(variant(id), leaves({}))).toContain('O1');
    const kept = [
      leaves({ tasks: [[release('user', 'A'), unbind('A')]] }),
      leaves({ devices: { A: 'vfio', B: 'vfio' } }),
      leaves({ devices: { A: 'vfio', B: 'stub' }, tasks: [[unbind('B')]] }),
      leaves({ owner: null }),
    ];
    for (const where of kept) expect(brokenProperties(variant(id), where)).not.toContain('O1');
    const both = leaves({ devices: { A: 'vfio', B: 'vfio' }, tasks: [[unbind('A')], [unbind('B')]] });
    expect(brokenProperties(variant(id), both)).toContain('O1');
  });

  it('is broken at the store that clears dev->driver, and not before', () => {
    const run = simulate(variant('linux-6.1'), leaves({}), roundRobin());
    const [broken] = run.violations.filter(({ id }) => id === 'O1');
    const cleared = run.events.findIndex(({ type }) => type === 'DriverCleared');
    expect(run.events[cleared]?.at).toBe(broken?.step);
  });
});

describe('a domain that a driver attached for itself (§2.7)', () => {
  const own: Partial<Scenario> = { id: 'own-domain', title: 'A driver attaches its own', tags: [], owner: null };
  const where = (tasks: Scenario['tasks'], devices: Scenario['devices']): Scenario =>
    ({ ...own, devices, tasks }) as Scenario;

  it('is no leak (I4) and no wrong domain (I6) where its driver is alone', () => {
    for (const driver of ['nic', 'stub'] as const) {
      const alone = where([[attach('A')]], { A: driver });
      expect(exploreVariant(variant('linux-6.1'), alone).outcomes).toMatchObject([{ final: { domain: 'own' } }]);
      expect(brokenProperties(variant('linux-6.1'), alone)).toEqual([]);
    }
  });

  it('is a wrong one (I6) for a kernel driver that is not alone', () => {
    const joined = where([[attach('A')], [add('B', ['nic'])]], { A: 'nic', B: null });
    expect(brokenProperties(variant('linux-6.1'), { ...joined, outside: { B: 'absent' } })).toContain('I6');
  });

  it('excuses the domain, and neither owner nor count (I4)', () => {
    const forgetful = broken('unuse.count', (place) =>
      step(() => {
        locked(place).holds = false;
        return 'unuse.unlock';
      }),
    );
    const attached: Scenario = { ...where([[unbind('A')]], { A: 'nic' }), domain: 'own' };
    expect(brokenProperties(variant('linux-6.1'), attached)).not.toContain('I4');
    expect(brokenProperties(forgetful, attached)).toContain('I4');
  });
});

describe('a step written wrongly', () => {
  it('I1 and I2 catch an auto-claim that does not look who owns the group', () => {
    const careless = broken('use.check', (place) =>
      step(() => {
        place.group.ownerCount += 1;
        locked(place).holds = true;
        return 'use.unlock';
      }),
    );
    expect(brokenProperties(careless, 'bind-into-live-group')).toEqual(['I1', 'I2', 'I6', 'I9']);
  });

  it('I1, I6 and I9 catch a bind that makes no claim', () => {
    const silent = broken('bind.pinctrl', () => step(() => 'bind.probe'));
    // I9 is marked at the door of probe(), which this bind does not come in by.
    expect(brokenProperties(silent, 'bind-into-live-group')).toEqual(['I1', 'I6']);
  });

  it('I1 sees a kernel driver inside its probe, even if that fails', () => {
    const silent = broken('use.check', () => step(() => 'use.unlock'));
    const intoLiveGroup: Scenario = {
      ...scenario('bind-into-live-group'),
      tasks: [[bind('B', 'nic', { probe: 'fails' })]],
    };
    expect(brokenProperties(silent, intoLiveGroup)).toEqual(expect.arrayContaining(['I1', 'I9']));
  });

  const countsBy = (by: number): Variant =>
    broken('use.check', (place) =>
      step(() => {
        place.group.ownerCount += by;
        locked(place).holds = true;
        return 'use.unlock';
      }),
    );
  it.each([2, 1000])('I2 catches an auto-claim that counts by %d, however far the count goes', (by) => {
    expect(brokenProperties(countsBy(by), 'probe-fails-late')).toContain('I2');
  });

  it('is not only judged: the run tells a wrong count as it is', () => {
    const { events } = simulate(countsBy(2), twoBinds, roundRobin());
    expect(events.flatMap((event) => (event.type === 'OwnerSet' ? [event.data.count] : []))).toEqual([2, 4]);
  });

  it('I2 catches a removal that counts below 0', () => {
    const greedy = broken('unuse.count', (place) =>
      step(() => {
        place.group.ownerCount -= 3;
        locked(place).holds = false;
        return 'unuse.unlock';
      }),
    );
    expect(brokenProperties(greedy, 'case-1a')).toEqual(['I2']);
  });

  it('I2, I4 and I11 catch a removal that forgets to count down', () => {
    const forgetful = broken('unuse.count', (place) =>
      step(() => {
        locked(place).holds = false;
        return 'unuse.unlock';
      }),
    );
    expect(brokenProperties(forgetful, 'case-1a')).toEqual(['I2']);
    expect(brokenProperties(forgetful, 'case-4a-i')).toEqual(['I2', 'I4', 'I11']);
  });

  it('I3 catches a removal that gives back for its sibling too', () => {
    const generous = broken('unuse.count', (place) =>
      step(() => {
        place.group.ownerCount = 0;
        locked(place).holds = false;
        return 'unuse.unlock';
      }),
    );
    expect(brokenProperties(generous, 'case-1a')).toEqual(['I2', 'I3']);
  });

  it('I5 catches a driver that leaves and never gives back', () => {
    const keeping = broken('unbind.remove', () => step(() => 'leave.clear'));
    expect(brokenProperties(keeping, 'case-3')).toEqual(expect.arrayContaining(['I4', 'I5']));
  });

  it('I6 and I7 catch a claim that attaches the blocking domain to the group and not to its devices', () => {
    const lazy = broken('claim.block', ({ group }) =>
      step(() => {
        group.domain = 1;
        return 'claim.own';
      }),
    );
    // Where devices can translate with another domain than the group's: here one may join.
    const where: Scenario = {
      id: 'claim-beside-a-newcomer',
      title: 'A user claims a group that a device may join',
      tags: [],
      devices: { A: 'vfio', B: null },
      outside: { B: 'absent' },
      owner: null,
      tasks: [[claim('user:T0', 'A')]],
    };
    expect(brokenProperties(lazy, where)).toEqual(['I6', 'I7']);
    expect(brokenProperties(variant('linux-6.1'), where)).toEqual([]);
  });

  it('I8 catches a claim that does not look whether there is an owner', () => {
    const careless = broken('claim-device.check', () => step(() => 'claim-device.own'));
    expect(brokenProperties(careless, 'two-users-one-group')).toContain('I8');
  });

  it('I10 catches a task that asks for the device_lock again, and I11 that it waits for itself', () => {
    const greedy = broken('unbind.find', ({ task, devices }) => {
      const own = devices.find(({ id }) => id === (task.number === 0 ? 'A' : 'B')) as DeviceView;
      return { acquires: own.lock, run: () => end };
    });
    expect(brokenProperties(greedy, 'case-3')).toEqual(['I10', 'I11']);
  });

  it('I15 catches a dev->driver that is cleared once the device_lock is dropped', () => {
    const late = broken('leave.clear', (place, right) =>
      step(() => {
        const device = locked(place);
        const next = right.run(0);
        setDriver(place, device, device.driver); // under the lock: nothing to say
        device.lock.holder = -1;
        setDriver(place, device, noDriver);
        device.lock.holder = place.task.number;
        return next;
      }),
    );
    expect(brokenProperties(late, 'case-1a')).toEqual(['I15']);
  });

  it('that never drops the mutex is a deadlock', () => {
    // All 8 steps of one unbind, then 3 of the other, up to its unuse.lock; the claim cannot even begin.
    const holding = broken('unuse.unlock', () => step(() => 'leave.clear'));
    expect(exploreVariant(holding, scenario('case-4a-i')).deadlock?.steps).toBe(8 + 3);
  });

  it.each(['unuse.unlock', 'unbind.unlock'])(
    'so that a lock is still held at the end, from %s, is a deadlock too',
    (label) => {
      const holding = broken(label, () => step(() => (label === 'unuse.unlock' ? 'leave.clear' : end)));
      const report = exploreVariant(holding, scenario('case-1a'));
      // Nobody is left to wait: the task that holds it has finished.
      expect(report.deadlock).toEqual({ schedule: 'T0*8', steps: 8, waits: [] });
      expect(report.outcomes).toEqual([]);
      expect(simulate(holding, scenario('case-1a'), roundRobin()).ending).toBe('deadlock');
    },
  );

  it('in one operation leaves the others as they were', () => {
    const holding = broken('claim.block', () => step(() => end));
    const noClaim: Scenario = { ...scenario('case-1a'), tasks: [[unbind('A')]] };
    expect(exploreVariant(holding, noClaim).outcomes).toEqual(exploreVariant(variant('linux-6.1'), noClaim).outcomes);
  });
});

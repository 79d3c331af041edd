import { follow, parseSchedule } from '@custody/explore';
import { fold, worldOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { exploreVariant } from './explore-variant.ts';
import { scenario, variant } from './found.testing.ts';
import { topologyOf } from './model-of.ts';
import { bind, claim, release, type Scenario, unbind } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';
import { simulate } from './simulate.ts';
import { variants } from './variants/index.ts';

const explored = (variantId: string, scenarioId: string) => exploreVariant(variant(variantId), scenario(scenarioId));
const verdicts = (variantId: string, scenarioId: string) =>
  Object.fromEntries(explored(variantId, scenarioId).properties.map(({ id, verdict }) => [id, verdict]));
const brokenBy = (variantId: string, scenarioId: string) =>
  explored(variantId, scenarioId).properties.filter(({ verdict }) => verdict === 'violated');

/** The scenarios of the mail's ten cases, S-04 to S-14. */
const ofTheMail = scenarios.filter(({ tags }) => tags.some((tag) => /^case \d/.test(tag))).map(({ id }) => id);
const violated = (variantId: string, scenarioId: string) => brokenBy(variantId, scenarioId).map(({ id }) => id);

it('the mail has eleven scenarios for its ten cases, 1.b having two', () => {
  expect(ofTheMail).toHaveLength(11);
});

/** In case 4.b the owning driver leaves without a release, whatever the scheme: O1, which the scenario is about. */
const owedIn = (id: string): readonly string[] => (id === 'case-4b' ? ['O1'] : []);

describe('linux-6.1', () => {
  it.each(ofTheMail)('breaks no property in %s, but that in case 4.b the owner owes a release', (id) => {
    expect(violated('linux-6.1', id)).toEqual(owedIn(id));
    expect(explored('linux-6.1', id)).toMatchObject({ complete: true, deadlock: null });
    // All fifteen say something about a scheme that counts, and so does the obligation.
    expect(Object.keys(verdicts('linux-6.1', id))).toHaveLength(16);
  });

  it('counts from 2 to 1 when one of two drivers leaves (S-04)', () => {
    expect(topologyOf(variant('linux-6.1'), scenario('case-1a')).groups[0]).toMatchObject({
      owner: null,
      ownerCount: 2,
      domain: 'default',
    });
    expect(explored('linux-6.1', 'case-1a').outcomes).toEqual([
      { results: { T0: ['OK'] }, final: { owner: null, ownerCount: 1, domain: 'default' } },
    ]);
  });

  it('refuses a claim with EPERM while a driver is there, and grants it after two decrements (S-12)', () => {
    expect(explored('linux-6.1', 'case-4a-i').outcomes).toEqual([
      {
        results: { T0: ['OK'], T1: ['OK'], T2: ['EPERM'] },
        final: { owner: null, ownerCount: 0, domain: 'default' },
      },
      {
        results: { T0: ['OK'], T1: ['OK'], T2: ['OK'] },
        final: { owner: 'user:T2', ownerCount: 1, domain: 'blocking' },
      },
    ]);
  });

  it('tries a probe three times, which fails, is put off, and may fail (S-22)', () => {
    const tries = explored('linux-6.1', 'probe-fails-late').outcomes.map(({ results }) => results.T0?.join());
    expect(new Set(tries)).toEqual(new Set(['ENODEV,EPROBE_DEFER,ENODEV', 'ENODEV,EPROBE_DEFER,OK']));
  });

  it('is back at the count of before each time that a probe fails late (S-22)', () => {
    const failed = explored('linux-6.1', 'probe-fails-late').outcomes.filter(
      ({ results }) => JSON.stringify(results) === '{"T0":["ENODEV","EPROBE_DEFER","ENODEV"],"T1":["ENODEV"]}',
    );
    expect(failed.map(({ final }) => final)).toEqual([{ owner: null, ownerCount: 0, domain: 'default' }]);
  });
});

describe('robin-mail', () => {
  it.each(['bind-into-live-group', ...ofTheMail, 'probe-fails-late'])('breaks no property in %s, but O1', (id) => {
    expect(violated('robin-mail', id)).toEqual(owedIn(id));
    expect(explored('robin-mail', id)).toMatchObject({ complete: true, deadlock: null });
    // I2 and I5 are about counts.
    const invariants = [1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15].map((number) => `I${number}`);
    expect(Object.keys(verdicts('robin-mail', id))).toEqual([...invariants, 'O1']);
  });

  it('keeps the DMA API owner while a sibling still needs it (case 1.a)', () => {
    expect(explored('robin-mail', 'case-1a').outcomes).toEqual([
      { results: { T0: ['OK'] }, final: { owner: 'DMA_API', ownerCount: 0, domain: 'default' } },
    ]);
  });

  it('releases for both in the first hook, and leaves a new owner alone in the second (case 4.a.i)', () => {
    expect(explored('robin-mail', 'case-4a-i').outcomes).toEqual([
      {
        results: { T0: ['OK'], T1: ['OK'], T2: ['EBUSY'] },
        final: { owner: null, ownerCount: 0, domain: 'default' },
      },
      {
        results: { T0: ['OK'], T1: ['OK'], T2: ['OK'] },
        final: { owner: 'vfio', ownerCount: 0, domain: 'blocking' },
      },
    ]);
    // T1 has cleared its driver when T0's hook walks; T2 claims before T1's hook has the mutex.
    const { violations, events } = simulate(
      variant('robin-mail'),
      scenario('case-4a-i'),
      follow(parseSchedule('T1*4 T0*10 T2*5 T1*4')),
    );
    expect(violations).toEqual([]);
    const owners = events.flatMap((event) => (event.type === 'OwnerSet' ? [[event.task, event.data.owner]] : []));
    expect(owners).toEqual([
      ['T0', null],
      ['T2', 'vfio'],
    ]);
  });

  it('leaks when a bind fails before its claim while the last driver leaves (S-15)', () => {
    const [leak, stuck, ...others] = brokenBy('robin-mail', 'fail-before-claim');
    expect(others).toEqual([]);
    // T0: lock, find, remove, clear, take the group | T1: lock, find, set | T0: walk, drop both | T1: fail, clear, unlock
    expect(leak).toMatchObject({ id: 'I4', steps: 5 + 3 + 3 + 3, schedule: 'T0*5 T1*3 T0*3 T1!fail T1 T1' });
    // Nobody holds the group, and no user can claim it.
    expect(stuck).toMatchObject({ id: 'I11', steps: leak?.steps, schedule: leak?.schedule });
  });

  it('ends the leak, replayed from its witness, owned by the DMA API with no driver bound', () => {
    const [leak] = brokenBy('robin-mail', 'fail-before-claim');
    const [robin, failing] = [variant('robin-mail'), scenario('fail-before-claim')];
    const run = simulate(robin, failing, follow(parseSchedule(leak?.schedule ?? '')));
    expect(run.parted).toBeNull();
    expect(run.violations).toContainEqual({
      id: 'I4',
      name: leak?.name,
      step: leak?.steps,
      position: run.events.length,
    });
    const { groups, devices, locks, tasks } = fold(worldOf(topologyOf(robin, failing)), run.events);
    expect(groups).toEqual({ 1: { devices: ['A', 'B'], owner: 'DMA_API', ownerCount: 0, domain: 'default' } });
    expect(Object.values(devices).map(({ driver, phase }) => [driver, phase])).toEqual([
      [null, 'unbound'],
      [null, 'unbound'],
    ]);
    expect([locks, tasks]).toEqual([{}, {}]);
  });

  it('leaks when a refused bind is slow to clear its driver, as the lab kernel did (lab-robin-leak)', () => {
    expect(violated('robin-mail', 'refused-bind')).toEqual(['I4', 'I11']);
  });
});

describe('binding a kernel driver into a live group (S-01)', () => {
  const claiming = variants.filter(({ knobs }) => knobs.conflictAtBind === 'refused').map(({ id }) => id);
  const toldOf = (id: string) =>
    simulate(variant(id), scenario('bind-into-live-group'), follow(['T0', 'T0', 'T0', 'T9'])).events;

  it('is refused by all but the one before the series and the one that claims in the notifier', () => {
    expect(variants.map(({ id }) => id).filter((id) => !claiming.includes(id))).toEqual([
      'vfio-viability',
      'notifier-claim',
    ]);
  });

  it.each(claiming)('is refused with EBUSY by %s, and the probe is never reached', (id) => {
    const { outcomes } = explored(id, 'bind-into-live-group');
    expect(outcomes.map(({ results }) => results)).toEqual([{ T0: ['EBUSY'] }]);
    const events = toldOf(id);
    const told = events.map(({ type }) => type);
    expect(told).toContain('BindReturned');
    expect(told).not.toContain('ProbeReturned');
    expect(events.filter((event) => event.type === 'StepTaken' && event.data.label === 'bind.probe')).toEqual([]);
  });

  it('stops the machine at a BUG after its probe() under vfio-viability', () => {
    expect(violated('vfio-viability', 'bind-into-live-group')).toEqual(expect.arrayContaining(['I1', 'I9', 'I14']));
    expect(explored('vfio-viability', 'bind-into-live-group').outcomes).toMatchObject([{ bug: true }]);
    const told = toldOf('vfio-viability').map(({ type }) => type);
    expect(told.indexOf('ProbeReturned')).toBeLessThan(told.indexOf('BugHit'));
    expect(told).not.toContain('BindReturned');
  });

  it('succeeds under notifier-claim, where nobody reads that it must not', () => {
    expect(violated('notifier-claim', 'bind-into-live-group')).toEqual(expect.arrayContaining(['I1', 'I9']));
    expect(explored('notifier-claim', 'bind-into-live-group').outcomes.map(({ results }) => results)).toEqual([
      { T0: ['OK'] },
    ]);
  });
});

describe('a task with several calls', () => {
  it('walks over every sibling each time that it releases (robin-mail)', () => {
    const twice: Scenario = {
      ...scenario('case-1a'),
      devices: { A: 'nic', B: null, C: 'nic' },
      tasks: [[unbind('A'), bind('A', 'nic'), unbind('C')]],
    };
    expect(exploreVariant(variant('robin-mail'), twice).outcomes).toEqual([
      { results: { T0: ['OK', 'OK', 'OK'] }, final: { owner: 'DMA_API', ownerCount: 0, domain: 'default' } },
    ]);
  });

  it.each([
    ['linux-6.1', 'EPERM'],
    ['robin-mail', 'EBUSY'],
  ])('of user space gives up when %s refuses its claim with %s', (id, refusal) => {
    const hopeful: Scenario = {
      ...scenario('case-1a'),
      devices: { A: 'nic', B: 'vfio' },
      tasks: [[claim('user', 'B'), release('user', 'B')]],
    };
    expect(exploreVariant(variant(id), hopeful).outcomes.map(({ results }) => results)).toEqual([{ T0: [refusal] }]);
  });

  it.each(['linux-6.1', 'robin-mail'])('of user space leaves the group of %s as it found it', (id) => {
    const polite: Scenario = {
      ...scenario('case-1a'),
      devices: { A: 'vfio' },
      tasks: [[claim('u', 'A'), release('u', 'A')]],
    };
    expect(exploreVariant(variant(id), polite).outcomes).toEqual([
      { results: { T0: ['OK', 'OK'] }, final: { owner: null, ownerCount: 0, domain: 'default' } },
    ]);
  });
});

describe('a report', () => {
  it('does not call a property held when a bound stopped the search', () => {
    const { complete, states, properties } = exploreVariant(variant('linux-6.1'), scenario('case-4a-i'), {
      maxStates: 10,
    });
    expect([complete, states]).toEqual([false, 10]);
    expect(new Set(properties.map(({ verdict }) => verdict))).toEqual(new Set(['unknown']));
  });

  it('is plain data in the shape of the command line contract', () => {
    const report = explored('linux-6.1', 'bind-into-live-group');
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(report).toMatchObject({
      variant: 'linux-6.1',
      scenario: 'bind-into-live-group',
      // One bind into a group of a user's: nothing is alike.
      reduction: { symmetry: false, ample: true },
      shortestTo: null,
      stores: 'sc',
      deadlock: null,
    });
  });
});

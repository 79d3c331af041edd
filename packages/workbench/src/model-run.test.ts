import { hybridOf } from '@custody/ownership';
import { describe, expect, it } from 'vitest';
import { newDesk } from './desk.testing.ts';
import { exploreScenario } from './model-run.ts';

const inTurn = { kind: 'round-robin' } as const;

describe('a simulated run', () => {
  it('of another size or with late stores is another run, and its header says what it needs', async () => {
    const desk = newDesk();
    const usual = await desk.simulate({ variant: 'linux-6.1', scenario: 'case-1a' }, inTurn);
    const larger = await desk.simulate({ variant: 'linux-6.1', scenario: 'case-1a', devices: 3 }, inTurn);
    const late = await desk.simulate({ variant: 'linux-6.1', scenario: 'case-1a', stores: 'late' }, inTurn);
    expect(new Set([usual.run, larger.run, late.run]).size).toBe(3);
    expect((await desk.open(larger.run)).header.source).toMatchObject({ devices: 3 });
    expect((await desk.open(late.run)).header.source).toMatchObject({ stores: 'late' });
    expect((await desk.open(usual.run)).header.source).not.toHaveProperty('stores');
  });

  it('is the same run when its usual size is asked for, and whoever chose its schedule', async () => {
    const desk = newDesk();
    const { run, schedule } = await desk.simulate({ variant: 'linux-6.1', scenario: 'case-1a' }, inTurn);
    const asked = { variant: 'linux-6.1', scenario: 'case-1a', devices: 2, claimers: 0 };
    expect((await desk.simulate(asked, { kind: 'schedule', schedule })).run).toBe(run);
    expect(await desk.runs()).toHaveLength(1);
  });

  it('of a variant of one’s own keeps what that says, and is another when it says something else', async () => {
    const desk = newDesk();
    const own = (knobs: object) => hybridOf({ id: 'own', extends: 'robin-mail', knobs }, 'own.json');
    const one = await desk.simulate({ variant: own({}), scenario: 'case-3' }, inTurn);
    const other = await desk.simulate(
      { variant: own({ releaseOnEarlyFailure: 'after clear' }), scenario: 'case-3' },
      inTurn,
    );
    expect(one.run).not.toBe(other.run);
    expect(one.schedule).toBe(other.schedule);
    expect((await desk.open(other.run)).header.source).toMatchObject({
      variant: 'own',
      knobs: { releaseOnEarlyFailure: 'after clear' },
    });
  });

  it('tells the cases that it met, and who waits for whom when a cycle closed', async () => {
    const desk = newDesk();
    const trap = { variant: 'robin-mail', scenario: 'lock-order-trap' };
    const schedule = exploreScenario(trap).deadlock?.schedule ?? '';
    const { waits, violations } = await desk.simulate(trap, { kind: 'schedule', schedule });
    // The two tasks are alike, and either may be the one that walks.
    expect([
      ['T0 device:B', 'T1 group:1'],
      ['T0 group:1', 'T1 device:A'],
    ]).toContainEqual(waits?.map(({ task, wants }) => `${task} ${wants}`).sort());
    expect(violations.map(({ id }) => id)).toContain('I11');
    const met = await desk.simulate(
      { variant: 'robin-mail', scenario: 'fail-before-claim' },
      { kind: 'schedule', schedule: 'T0*5 T1*3 T1!fail T0' },
    );
    expect(met.cases).toMatchObject([{ id: 'g4', isExpected: false, step: 10 }]);
  });

  it('that explore gives as evidence shows the violation, in any size and with late stores', async () => {
    const desk = newDesk();
    for (const size of [{}, { devices: 3 }, { stores: 'late' as const }, { devices: 3, claimers: 1 }]) {
      const asked = { variant: 'robin-mail', scenario: 'refused-bind', ...size };
      for (const { id, schedule, steps } of exploreScenario(asked).properties) {
        if (schedule === null) continue;
        const { violations, parted } = await desk.simulate(asked, { kind: 'schedule', schedule });
        expect(parted).toBeNull();
        expect(violations).toEqual(expect.arrayContaining([expect.objectContaining({ id, step: steps })]));
      }
    }
  });
});

describe('a schedule that does not fit', () => {
  const leak = { variant: 'robin-mail', scenario: 'fail-before-claim' };
  // T0 walks under the group's mutex when T1, its fifth step, asks for it.
  const schedule = 'T0*5 T1*5 T1 T0*3 T1!fail';

  it('is tried step by step to its end, and then everybody moves in turn', async () => {
    const { parted, tolerant, schedule: made } = await newDesk().simulate(leak, { kind: 'schedule', schedule });
    expect(parted).toEqual({ step: 9, action: 'T1', why: 'blocked' });
    expect(tolerant).toBe(false);
    expect(made).toMatch(/^T0\*5 T1\*4 T0\*3 T1/);
  });

  it('is left where it first does not fit when that is tolerated, and everybody moves in turn from there', async () => {
    const choice = { kind: 'schedule', schedule, tolerant: true } as const;
    const { parted, tolerant, schedule: made, ending } = await newDesk().simulate(leak, choice);
    expect(parted).toEqual({ step: 9, action: 'T1', why: 'blocked' });
    expect(tolerant).toBe(true);
    // T1 gets the mutex after T0's second step, when T0 has unlocked it.
    expect(made).toMatch(/^T0\*5 T1\*4 T0 T0 T1 T0 T1/);
    expect(ending).toBe('done');
  });

  it('may name a task that there once was only when that is tolerated', async () => {
    const gone = { kind: 'schedule', schedule: 'T0 T7 T0' } as const;
    await expect(newDesk().simulate(leak, gone)).rejects.toThrow(/it has no T7; its tasks are T0, T1/);
    const { parted, ending } = await newDesk().simulate(leak, { ...gone, tolerant: true });
    expect(parted).toEqual({ step: 1, action: 'T7', why: 'no such task or outcome' });
    expect(ending).toBe('done');
  });
});

describe('a run by PCT', () => {
  it('is the same for the same seed, is kept as it is, and comes with the bound for one run', async () => {
    const desk = newDesk();
    const asked = { variant: 'robin-mail', scenario: 'fail-before-claim' };
    const choice = { kind: 'pct', seed: 9, depth: 3, steps: 20 } as const;
    const made = await desk.simulate(asked, choice);
    expect((await desk.simulate(asked, choice)).run).toBe(made.run);
    expect(made).toMatchObject({ ending: 'done', hunt: null, pct: { depth: 3, tasks: 2, steps: 20, runs: 1 } });
    expect(made.pct?.perRun).toBe(1 / 800);
    expect((await desk.open(made.run)).header.source).toMatchObject({ scheduler: 'pct', seed: 9 });
  });

  it('ends in a scenario that has no end, and then has no bound', async () => {
    const made = await newDesk().simulate(
      { variant: 'linux-6.1', scenario: 'come-and-go' },
      { kind: 'pct', seed: 1, depth: 2 },
    );
    expect(made).toMatchObject({ ending: 'bound', pct: { steps: 10_000, longest: 10_000, holds: false } });
  });
});

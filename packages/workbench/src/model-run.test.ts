import { createHash } from 'node:crypto';
import { memoryLog } from '@custody/log';
import { hybridOf } from '@custody/ownership';
import { describe, expect, it } from 'vitest';
import { exploreScenario } from './model-run.ts';
import { workbench } from './workbench.ts';

const newDesk = () =>
  workbench({
    log: memoryLog(),
    now: () => '2026-11-22T20:00:00.000Z',
    digest: (text) => createHash('sha256').update(text).digest('hex'),
    newId: () => 'n1',
  });
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
    expect(waits?.map(({ task, wants }) => `${task} ${wants}`).sort()).toEqual(['T0 device:B', 'T1 group:1']);
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

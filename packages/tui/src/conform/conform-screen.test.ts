import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { replayOfReference } from '../replay/open-run.ts';
import { screensOn } from '../screens.testing.ts';
import type { Outside } from '../shell/outside.ts';
import { conformOf } from './conform-screen.ts';
import { rankingOf } from './ranking-screen.ts';

const wide = { columns: 120, rows: 40 };

/** In robin-mail a driver's use of the group is given back once dev->driver is cleared; 6.1 does that the other way round. */
const leak = 'T0*5 T1*3 T0*3 T1!fail T1 T1';

const simulated = async (given: Partial<Outside> = {}) => {
  const outside = outsideWithDesk(given);
  const { run } = await outside.desk.simulate(
    { variant: 'robin-mail', scenario: 'fail-before-claim' },
    { kind: 'schedule', schedule: leak },
  );
  return { outside, run, asked: { run, title: 'the leak' } };
};

describe('the ranking of variants', () => {
  it('is a key away from the run, and names those that can do what it shows first', async () => {
    const { outside, run } = await simulated();
    const shown = screensOn(await replayOfReference(outside, run, 0), outside);
    shown.type('V');
    expect(await shown.shows('explain it')).toMatch(/explained by .*robin-mail/);
    expect(shown.frame()).toMatch(/> explained .*\n(.*\n)*.*REFUTED +linux-6\.1 +at \d+: .*DriverCleared: device=A/);
    expect(shown.top().command()).toBe(`custody conform ${run} --all`);
  });

  it('shows in numbers what explains the run, and opens a case that was met where it was met', async () => {
    const { outside, asked } = await simulated();
    const shown = screensOn(rankingOf(asked), outside);
    await shown.shows('explain it');
    shown.type('<enter>');
    const frame = await shown.shows('in numbers');
    expect(frame).toMatch(/all 35 events explained/);
    expect(frame).toMatch(/returned +bind EINVAL 1, unbind OK 1, unuse OK 1/);
    const [, at] = /FAILS +2\.a\.i[\s\S]*so at (\d+)/.exec(frame) ?? [];
    shown.type('<enter>');
    expect(await shown.shows(`position ${at}/35`)).toMatch(/! case 2\.a\.i .*/);
  });

  it.each([{ columns: 80, rows: 24 }, wide])(
    'opens a variant that is refuted at the place, with the reason ($columns columns)',
    async (size) => {
      const { outside, asked } = await simulated();
      const shown = screensOn(rankingOf(asked), outside, size);
      await shown.shows('explain it');
      shown.type('G<enter>');
      expect(await shown.shows('position 10/35')).toMatch(/! linux-6\.\d+ cannot do what comes next: .*DriverCleared/);
      shown.type('<enter>');
      const all = await shown.shows('could have done instead');
      expect(all.replace(/\n/g, ' ')).toMatch(/CallEntered op=unuse .*after unbind\.remove \(A driver nic\)/);
      expect(all).toContain('if this line were not there');
      shown.type('qq');
      expect(shown.top().name).toBe('ranking');
    },
  );
});

describe('one variant against a run', () => {
  it('says why it is refuted, with values, and which knob would mend it', async () => {
    const { outside, asked } = await simulated();
    const shown = screensOn(conformOf({ ...asked, variant: 'linux-6.1' }), outside, wide);
    const frame = await shown.shows('10 of 35 events explained');
    expect(frame).toContain('with releaseOnUnbind "after clear"');
    expect(frame).toContain('the group being owned by kernel, count 1, domain default');
    const [chosen, verdict] = shown.top().spoken();
    expect(chosen).toMatch(/^REFUTED at 10: .*DriverCleared: device=A/);
    expect(verdict).toBe('refuted');
  });

  it('keeps answering keys while it goes on, and stops when it is left', async () => {
    let pauses = 0;
    let clock = 0;
    const now = (): number => {
      clock += 10;
      return clock;
    };
    let shown: ReturnType<typeof screensOn> | undefined;
    const pause = async (): Promise<void> => {
      pauses += 1;
      if (pauses === 2) shown?.type('?');
      if (pauses === 4) shown?.type('qq');
    };
    const { outside, run } = await simulated({ now, pause });
    shown = screensOn(await replayOfReference(outside, run, 0), outside);
    pauses = 0;
    shown.type('V');
    await expect.poll(() => pauses, { timeout: 10_000 }).toBe(4);
    expect(shown.top().name).toBe('replay');
  });

  it('says so when there is no such run', async () => {
    const shown = screensOn(conformOf({ run: 'nothing', title: 'nothing', variant: 'linux-6.1' }), outsideWithDesk());
    await shown.shows(/Cannot .*nothing/);
  });
});

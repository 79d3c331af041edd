import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { expectToFit, screensOn } from '../screens.testing.ts';
import { casesOf } from './cases-screen.ts';
import { explorationOf } from './explore-screen.ts';
import { verdictsOf } from './verdicts-screen.ts';

const outside = outsideWithDesk();
const wide = { columns: 120, rows: 40 };

describe('the explore screen', () => {
  it('picks a variant and a scenario', () => {
    const shown = screensOn(explorationOf(), outside);
    expect(shown.frame()).toMatchSnapshot();
    shown.type('<tab>jj');
    expect(shown.top().place()).toBe('robin-mail in viability-toctou');
    shown.type('hk');
    expect(shown.top().place()).toBe('robin-sketch in viability-toctou');
  });

  it('fits every terminal', () => {
    for (const keys of ['', 'G', '<tab>G', '/robin<enter>', '/no such thing<enter>']) {
      const shown = screensOn(explorationOf({ scenario: 'two-users-one-group' }), outside);
      shown.type(keys);
      expectToFit(shown.top());
    }
  });

  it('lists only what has the words in it, and chooses among that', () => {
    const shown = screensOn(explorationOf(), outside);
    shown.type('<tab>/S-15<enter>');
    expect(shown.top().place()).toBe('robin-mail in fail-before-claim');
    expect(shown.frame()).not.toContain('case-1a');
  });

  it('says when nothing has the words', () => {
    const shown = screensOn(explorationOf(), outside);
    shown.type('/no such variant<enter>');
    expect(shown.frame()).toContain('nothing has these words');
    expect(shown.top().place()).toContain('robin-mail in ');
  });

  it('says in which sizes a scenario is told', () => {
    const shown = screensOn(explorationOf({ scenario: 'fail-before-claim' }), outside);
    shown.type('+++++++++');
    expect(shown.frame()).toMatch(/fail-before-claim is (of one size only|told with \d to \d devices)/);
    shown.type('s');
    expect(shown.top().command()).toContain('--stores late');
  });

  it('compares the variant with another, and refuses one that there is not', async () => {
    const shown = screensOn(explorationOf({ scenario: 'fail-before-claim' }), outside);
    shown.type('drobin-none<enter>');
    expect(shown.frame()).toContain('Cannot compare with "robin-none" as there is no such variant');
    shown.type('drobin-repaired<enter>');
    await shown.shows('only A    breaks I4');
  });
});

describe('exploring', () => {
  it('shows what is violated first, and opens its witness in the replay', async () => {
    const shown = screensOn(explorationOf({ scenario: 'fail-before-claim' }), outside);
    shown.type('<enter>');
    const frame = await shown.shows('VIOLATED  I4');
    expect(frame).toMatchSnapshot();
    expectToFit(shown.top());
    shown.type('<enter>');
    await shown.shows(/I4 violated/);
    expect(shown.top().name).toBe('replay');
    shown.type('q');
    expect(shown.top().name).toBe('verdicts');
    expect(shown.frame()).toBe(frame);
  });

  it('tells who only listens what is chosen and what came of it', async () => {
    const shown = screensOn(verdictsOf({ variant: 'robin-mail', scenario: 'fail-before-claim' }), outside, wide);
    await shown.shows('VIOLATED');
    const [chosen, way, verdict] = shown.top().spoken();
    expect(chosen).toMatch(/^VIOLATED I4 /);
    expect(way).toMatch(/^in \d+ steps: T0/);
    expect(verdict).toMatch(/^\d+ violated/);
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
    const first = explorationOf({ variant: 'linux-6.1', scenario: 'fail-before-claim', devices: 3, claimers: 2 });
    shown = screensOn(first, outsideWithDesk({ now, pause }));
    shown.type('<enter>');
    await expect.poll(() => pauses, { timeout: 10_000 }).toBe(4);
    expect(shown.top().name).toBe('explore');
  });
});

describe('the ledger of the cases', () => {
  it('says of each of the ten what comes of it, and replays what fails', async () => {
    const shown = screensOn(casesOf({ variant: 'robin-mail' }), outside, wide);
    const frame = await shown.shows('the ten cases of the mail');
    for (const id of ['1.a', '1.b', '1.c', '2.a.i', '2.a.ii', '2.b', '3', '4.a.i', '4.a.ii', '4.b']) {
      expect(frame).toMatch(new RegExp(`(holds|FAILS) +${id.replaceAll('.', '\\.')} `));
    }
    expectToFit(shown.top());
    shown.type('jjj<enter>');
    await expect.poll(() => shown.top().name, { timeout: 10_000 }).toBe('replay');
  });
});

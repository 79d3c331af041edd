import { exploreScenario } from '@custody/workbench';
import { describe, expect, it } from 'vitest';
import { outsideWithDesk } from '../outside.testing.ts';
import { expectToFit, fetched, screensOn } from '../screens.testing.ts';
import { openComparison } from './open-compare.ts';
import { pickToCompare } from './pick-screen.ts';
import { variantsOf } from './variants-screen.ts';

const outside = outsideWithDesk();

/** The mail's scheme leaks the group when a bind fails before its claim; this shows it. */
const leak = (() => {
  const asked = { variant: 'robin-mail', scenario: 'fail-before-claim' };
  const { properties } = exploreScenario(asked);
  return { ...asked, schedule: properties.find(({ id }) => id === 'I4')?.schedule ?? '' };
})();

const simulated = async (variant: string): Promise<string> => {
  const { scenario, schedule } = leak;
  return (await outside.desk.simulate({ variant, scenario }, { kind: 'schedule', schedule })).run;
};

const compared = async (left: string, right: string) =>
  fetched(openComparison({ left: await simulated(left), right: await simulated(right) }), outside);

/** On the mail's scheme beside the repaired one. */
const screens = async (size?: { readonly columns: number; readonly rows: number }) =>
  screensOn(await compared('robin-mail', 'robin-repaired'), outside, size);

describe('the compare screen', () => {
  it('opens on the first causal difference, with the worlds of both sides', async () => {
    expect((await screens()).frame()).toMatchSnapshot();
    expect((await screens({ columns: 120, rows: 40 })).frame()).toMatchSnapshot();
  });

  it('fits every terminal, wherever one looks, folded or not', async () => {
    for (const keys of ['g', 'z', 'zG', 'w', 'wz', 'gjjj<enter>', 'd', 'GD']) {
      const shown = await screens();
      shown.type(keys);
      expectToFit(shown.top());
    }
  });

  it('jumps from difference to difference and says where they end', async () => {
    const shown = screensOn(await compared('robin-mail', 'linux-6.12'), outside);
    shown.type('gd');
    expect(shown.top().place()).toContain('difference 1/');
    const first = shown.top().place();
    shown.type('d');
    expect(shown.top().place()).toContain('difference 2/');
    shown.type('D');
    expect(shown.top().place()).toBe(first);
    shown.type('gD');
    expect(shown.frame()).toContain('No difference before this');
    shown.type('GD100d');
    expect(shown.frame()).toContain('No difference further on');
  });

  it('opens a fold and closes it again', async () => {
    const shown = await screens();
    shown.type('g');
    const folded = shown.frame();
    expect(folded).toContain('events alike (Enter)');
    shown.type('<enter>');
    expect(shown.frame()).not.toBe(folded);
    expect(shown.frame()).toMatch(/^>\s+1 /m);
    shown.type('<enter>');
    expect(shown.frame()).toBe(folded);
  });

  it('searches both sides, and opens the fold that hides a hit', async () => {
    const shown = await screens();
    shown.type('g/LockAcquired.*group<enter>');
    expect(shown.frame()).toMatch(/^>.*LockAcquired group/m);
    shown.type('g/no such thing<enter>');
    expect(shown.frame()).toContain('Not found further on: no such thing');
    shown.type('/(<enter>');
    expect(shown.frame()).toContain('Cannot search for "("');
  });

  it('tells who only listens what is on either side, and how the worlds differ', async () => {
    const [left, right, number, worlds] = (await screens()).top().spoken();
    expect([left, right].join('\n')).toMatch(/^A( \d+)?: .*\nB( \d+)?: /);
    expect(number).toMatch(/^difference 1\//);
    expect(worlds).toMatch(/^the worlds differ in \d+:$/);
  });

  it('of a run with itself is one fold, and says that nothing differs', async () => {
    const shown = screensOn(await compared('linux-6.1', 'linux-6.1'), outside);
    expect(shown.frame()).toMatch(/same: \d+ events/);
    expect(shown.frame()).toMatch(/\d+ events alike/);
    shown.type('d');
    expect(shown.frame()).toContain('The runs do not differ');
    shown.type('c');
    expect(shown.frame()).toContain('The runs do not part');
  });
});

describe('a run', () => {
  it('is compared with another that is picked, and either is replayed where one looks', async () => {
    const [left, right] = [await simulated('robin-mail'), await simulated('robin-repaired')];
    const shown = screensOn(await fetched(pickToCompare(left), outside), outside);
    const others = (await outside.desk.runs()).filter(({ header }) => header.run !== left);
    expect(shown.top().place()).toBe(`run 1/${others.length}`);
    shown.type(`${'j'.repeat(others.findIndex(({ header }) => header.run === right))}<enter>`);
    await shown.shows('two runs side by side');
    const [, b] = /B (\d+)/.exec(shown.top().place()) ?? [];
    shown.type('l');
    await shown.shows(`position ${b}/`);
    expect(shown.top().title().left).toContain('robin-repaired');
  });
});

describe('two variants', () => {
  it('are told by what only one of them does, and a difference opens as two runs side by side', async () => {
    const { scenario } = leak;
    const shown = screensOn(variantsOf({ left: 'robin-mail', right: 'robin-repaired', scenario }), outside);
    await shown.shows('only A    breaks I4');
    expectToFit(shown.top());
    shown.type('<enter>');
    await shown.shows(/A robin-mail\/fail-before-claim.*B robin-repaired\/fail-before-claim/);
    expect(shown.top().name).toBe('compare');
    expectToFit(shown.top());
  });
});

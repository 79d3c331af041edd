import { describe, expect, it } from 'vitest';
import { outsideWith } from '../outside.testing.ts';
import { answered, bodyText, expectToFit, pressed, worked } from '../standing.testing.ts';
import { openComparison } from './open-compare.ts';
import { variantsOf } from './variants-screen.ts';

const outside = outsideWith();

/** A bind fails before its claim while a sibling is unbound: the mail's scheme keeps the group, the repaired does not. */
const leak = { scenario: 'fail-before-claim', schedule: 'T0*4 T1*20 T0*20' };

const simulated = async (variant: string, schedule = leak.schedule): Promise<string> =>
  (await outside.desk.simulate({ variant, scenario: leak.scenario }, { kind: 'schedule', schedule })).run;

const opened = async (left: string, right: string) => {
  const effect = openComparison({ left, right });
  if (effect.type !== 'fetch') throw new Error('A comparison is fetched');
  return effect.screen(outside, new AbortController().signal);
};

const twoSchemes = async () => opened(await simulated('robin-mail'), await simulated('robin-repaired'));

describe('the compare screen', () => {
  it('opens on the first causal difference, with the worlds of both sides', async () => {
    const standing = await twoSchemes();
    expect(bodyText(standing)).toMatchSnapshot();
    expect(standing.place()).toMatch(/^A \d+ · B \d+ · difference 1\/\d+$/);
    expect(standing.title().right).toMatch(/in both, .* only A, .* only B/);
  });

  it('fits every terminal, wherever one looks, folded or not', async () => {
    const standing = await twoSchemes();
    for (const keys of ['g', 'z', 'zG', 'w', 'wz', 'jjj<enter>', 'd', 'GD'])
      expectToFit(pressed(standing, keys).standing);
  });

  it('jumps from difference to difference and says where they end', async () => {
    const standing = await twoSchemes();
    const first = pressed(standing, 'gd');
    expect(first.standing.place()).toContain('difference 1/');
    const second = pressed(first.standing, 'd');
    expect(second.standing.place()).toContain('difference 2/');
    expect(pressed(second.standing, 'D').standing.place()).toBe(first.standing.place());
    expect(pressed(standing, 'gD').says).toBe('No difference before this');
    expect(pressed(standing, 'Gd').says).toBe('No difference further on');
  });

  it('opens a fold and closes it again', async () => {
    const standing = pressed(await twoSchemes(), 'g').standing;
    expect(bodyText(standing)).toContain('events alike (Enter)');
    const open = pressed(standing, '<enter>').standing;
    expect(bodyText(open)).not.toContain('events alike (Enter)');
    expect(bodyText(pressed(open, '<enter>').standing)).toBe(bodyText(standing));
  });

  it('searches both sides', async () => {
    const asked = pressed(await twoSchemes(), 'g/');
    const found = answered(asked, 'BindReturned');
    expect(bodyText(found.standing)).toMatch(/^>.*BindReturned/m);
    expect(answered(asked, 'no such thing').says).toBe('Not found further on: no such thing');
    expect(answered(asked, '(').says).toContain('Cannot search for "("');
  });

  it('tells who only listens what is on either side, and what differs', async () => {
    const [left, right, ...rest] = (await twoSchemes()).spoken();
    expect([left, right].join('\n')).toMatch(/^A( \d+)?: .*\nB( \d+)?: /);
    expect(rest.join('\n')).toMatch(/the worlds (are the same|differ in \d+:)/);
  });

  it('of a run with itself is one fold, and says that nothing differs', async () => {
    const run = await simulated('linux-6.1');
    const standing = await opened(run, run);
    expect(standing.title().right).toMatch(/^same: \d+ events$/);
    expect(bodyText(standing)).toMatch(/\d+ events alike/);
    expect(pressed(standing, 'd').says).toBe('The runs do not differ');
    expect(pressed(standing, 'c').says).toBe('The runs do not part');
  });
});

describe('two variants', () => {
  it('are told by what only one of them does, and a difference opens as two runs side by side', async () => {
    const standing = variantsOf({ left: 'robin-mail', right: 'robin-repaired', scenario: leak.scenario });
    const told = await worked(standing, standing.needs({ columns: 80, rows: 20 }), outside);
    expect(bodyText(told)).toContain('only A   breaks I4');
    expectToFit(told);
    const chosen = pressed(told, '<enter>');
    const sides = await worked(chosen.standing, chosen.effects, outside);
    expect(sides.name).toBe('compare');
    expect(sides.title().left).toMatch(/^A robin-mail\/fail-before-claim.* \| B robin-repaired\/fail-before-claim/);
    expectToFit(sides);
  });
});

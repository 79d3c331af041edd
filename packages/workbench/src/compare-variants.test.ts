import { follow, parseSchedule } from '@custody/explore';
import { simulate } from '@custody/ownership';
import { describe, expect, it } from 'vitest';
import { compareVariants, type VariantsDiff } from './compare-variants.ts';
import { findScenario, findVariant } from './experiment.ts';

const wrongs = ({ scenarios }: VariantsDiff) =>
  scenarios.flatMap(({ scenario, differences }) =>
    differences
      .filter(({ kind }) => kind === 'property' || kind === 'deadlock')
      .map(({ side, what, schedule }) => ({ scenario, side, what, schedule: schedule ?? '' })),
  );

describe('two variants', () => {
  it('are told apart by the leak of the mail’s scheme, with a schedule that shows it on one side only', () => {
    const diff = compareVariants({ left: 'linux-6.1', right: 'robin-mail', scenarios: ['fail-before-claim'] });
    const leak = wrongs(diff).find(({ what }) => what === 'I4');
    expect(leak).toMatchObject({ side: 'right', scenario: 'fail-before-claim' });
    const violated = (id: string) =>
      simulate(
        findVariant(id),
        findScenario('fail-before-claim'),
        follow(parseSchedule(leak?.schedule ?? '')),
      ).violations.map(({ id: property }) => property);
    expect(violated('robin-mail')).toContain('I4');
    expect(violated('linux-6.1')).not.toContain('I4');
  });

  it('of which one repairs the other differ in what was repaired only', () => {
    const diff = compareVariants({ left: 'robin-mail', right: 'robin-repaired' });
    expect(wrongs(diff).every(({ side }) => side === 'left')).toBe(true);
    expect(new Set(wrongs(diff).map(({ what }) => what))).toEqual(new Set(['I4', 'I11', 'I13']));
    expect(diff.refines).toBe(true);
  });

  it('differ where a claim is entered again', () => {
    const diff = compareVariants({ left: 'linux-6.1', right: 'series-v6', scenarios: ['nested-claim'] });
    const outcomes = diff.scenarios[0]?.differences.filter(({ kind }) => kind === 'outcome') ?? [];
    expect(outcomes.map(({ side, what }) => [side, what])).toEqual([
      ['left', 'T0: OK EPERM OK'],
      ['right', 'T0: OK OK OK'],
    ]);
    expect(diff.scenarios[0]?.refinement.kind).toBe('differs');
  });

  it('differ where a flag is read of a driver that is gone', () => {
    const diff = compareVariants({ left: 'linux-6.15', right: 'linux-6.17' });
    expect(new Set(wrongs(diff).map(({ scenario, side }) => `${scenario} ${side}`))).toEqual(
      new Set(['dev-driver-toctou left']),
    );
  });

  it('of which one was not searched to its end are said to differ in nothing that a whole search does not show', () => {
    const asked = { left: 'linux-6.1', right: 'robin-mail', scenarios: ['case-4b', 'fail-before-claim', 'case-2a-i'] };
    const whole = compareVariants(asked);
    const part = compareVariants(asked, { maxStates: 50 });
    expect(part.complete).toBe(false);
    expect(whole.onlyLeft).toEqual(expect.arrayContaining([...part.onlyLeft]));
    expect(whole.onlyRight).toEqual(expect.arrayContaining([...part.onlyRight]));
  });

  it('that are one do not differ', () => {
    const { scenarios, onlyLeft, onlyRight, refines, complete } = compareVariants({
      left: 'robin-mail',
      right: 'robin-mail',
    });
    expect([onlyLeft, onlyRight, refines, complete]).toEqual([[], [], true, true]);
    expect(scenarios.every(({ differences }) => differences.length === 0)).toBe(true);
  });

  it('are followed on the other side as far as a schedule fits', () => {
    const { scenarios } = compareVariants({
      left: 'linux-6.15',
      right: 'linux-6.17',
      scenarios: ['dev-driver-toctou'],
    });
    const followed = scenarios[0]?.differences.find(({ what }) => what === 'I13')?.followed;
    // The task that misread the flag goes on to claim; in the other it has finished.
    expect(followed?.stoppedBy).toEqual({ step: 'T0', why: 'finished' });
    expect(followed?.next?.own).toMatchObject({ type: 'CallEntered', task: 'T0' });
  });
});

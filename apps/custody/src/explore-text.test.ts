import { exploreScenario } from '@custody/workbench';
import { describe, expect, it } from 'vitest';
import { exploreLines } from './explore-text.ts';

const told = (variant: string, scenario: string, maxStates?: number): string => {
  const report = exploreScenario({ variant, scenario }, maxStates === undefined ? {} : { maxStates });
  return exploreLines(report, { seconds: 0, asked: { variant, scenario, stores: 'late' } }).join('\n');
};

describe('an exploration in text', () => {
  it('calls a group that is counted and has no owner the kernel’s, as the state does', () => {
    expect(told('linux-6.1', 'case-1a')).toContain('then owner kernel, count 1, domain default');
  });

  it('says that no run ends where none does, and that none has so far where a bound stopped it', () => {
    expect(told('linux-6.1', 'come-and-go')).toMatch(/\n {2}no run ends$/);
    expect(told('linux-6.1', 'case-1a', 4)).toMatch(/\n {2}no run has ended so far$/);
  });

  it('names the cases in the order of the mail, and says with the whole command where to see more', () => {
    const text = told('robin-mail', 'fail-before-claim');
    expect(text).toMatch(/\n {2}cases {5}1\.a 2\.a\.i 3 .*g4; not as expected: 2\.a\.i g4\n/);
    expect(text).toContain('see: custody cases robin-mail fail-before-claim --stores late');
  });
});

import { describe, expect, it } from 'vitest';
import { exportModel } from './export-model.ts';

const heading = { command: 'custody export …', remarks: ['this scenario changes the scheme'] };

describe('a model for SPIN', () => {
  it('says of what it is one, and what makes it again', () => {
    const request = { variant: 'robin-mail', scenario: 'S-15', stores: 'late' } as const;
    const { format, text, ...counts } = exportModel(request, heading);
    expect({ format, ...counts }).toMatchObject({ format: 'promela', scenario: 'fail-before-claim', stores: 'late' });
    expect(text).toContain(' * robin-mail in fail-before-claim, for SPIN\n');
    expect(text).toContain('this scenario changes the scheme\n');
    expect(text).toContain(' * made by:   custody export …\n');
  });

  it('is not told in part: where a bound stopped the search, there is none', () => {
    const request = { variant: 'robin-mail', scenario: 'case-1a' };
    expect(exportModel(request, heading, { maxStates: 5 })).toMatchObject({ complete: false, text: null, states: 5 });
  });
});

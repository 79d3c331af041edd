import { describe, expect, it } from 'vitest';
import { simulateCommand } from './experiment-options.ts';

describe('a command to paste', () => {
  it('says the size and the stores where they are not the usual ones', () => {
    const asked = { variant: 'linux-6.1', scenario: 'case-1a', devices: 3, claimers: 0, stores: 'late' } as const;
    expect(simulateCommand(asked, 'T0*3')).toBe(
      "custody simulate linux-6.1 case-1a --devices 3 --claimers 0 --stores late --schedule 'T0*3'",
    );
    expect(simulateCommand({ variant: 'linux-6.1', scenario: 'case-1a', stores: 'sc' }, 'T0')).not.toContain(
      '--stores',
    );
  });

  it('quotes a path that a shell would take apart', () => {
    expect(simulateCommand({ variant: "./it's mine.json", scenario: 'case-3' }, 'T0')).toContain(
      "'./it'\\''s mine.json'",
    );
  });
});

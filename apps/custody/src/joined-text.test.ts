import { describe, expect, it } from 'vitest';
import { happeningLines, presenceLines } from './joined-text.ts';

const person = (
  name: string,
  at: number | null,
  draft: string | null = null,
  role: 'reader' | 'writer' = 'writer',
) => ({
  name,
  role,
  at,
  draft,
});

describe('who is there', () => {
  it('is told as it changes: who came, moved, types and left', () => {
    expect(presenceLines([], [person('ada', 120), person('bob', null, null, 'reader')])).toEqual([
      'ada is here at @120',
      'bob is here to read',
    ]);
    expect(presenceLines([person('ada', 120), person('bob', 5)], [person('ada', 121)])).toEqual([
      'ada looks at @121',
      'bob has left',
    ]);
    expect(presenceLines([person('ada', 120)], [person('ada', 120, 'look wh')])).toEqual([
      'ada is typing at @120: look wh',
    ]);
    expect(presenceLines([person('ada', 120)], [person('ada', 120)])).toEqual([]);
  });
});

describe('what somebody did', () => {
  it('is told with its place, in one line', () => {
    const deeds = [
      { did: 'noted', id: 'n1', text: 'look\nhere' },
      { did: 'resolved', id: 'n0', text: '' },
    ] as const;
    expect(happeningLines({ what: 'changed', by: 'ada', at: '', deeds }, new Map([['n1', 7]]))).toEqual([
      '@7  ada noted [n1]: look / here',
      'ada resolved [n0]',
    ]);
  });
});

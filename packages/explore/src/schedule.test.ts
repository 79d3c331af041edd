import { describe, expect, it } from 'vitest';
import { formatSchedule, parseSchedule } from './schedule.ts';

describe('a schedule as text', () => {
  it('reads blanks, repetitions and outcomes', () => {
    expect(parseSchedule(' T0*3  T1\n T0!fail*2 ')).toEqual(['T0', 'T0', 'T0', 'T1', 'T0!fail', 'T0!fail']);
  });

  it('reads outcomes of any name in lower case, with dashes', () => {
    expect(parseSchedule('T0!visible T1!defer*2 T2!no-mem')).toEqual([
      'T0!visible',
      'T1!defer',
      'T1!defer',
      'T2!no-mem',
    ]);
  });

  it('reads nothing from nothing', () => {
    expect(parseSchedule(' ')).toEqual([]);
    expect(formatSchedule([])).toBe('');
  });

  it('writes three or more of the same as a repetition', () => {
    expect(formatSchedule(['T0', 'T0', 'T1', 'T1', 'T1', 'T0!fail'])).toBe('T0 T0 T1*3 T0!fail');
  });

  it('reads back what it wrote', () => {
    const schedule = ['T0', 'T0', 'T0', 'T12!fail', 'T12!fail', 'T12!fail', 'T1'];
    expect(parseSchedule(formatSchedule(schedule))).toEqual(schedule);
  });

  it('says which word it cannot read, and what to write instead', () => {
    expect(() => parseSchedule('T0 bogus')).toThrow(
      'Cannot read "bogus", word 2 of the schedule, as it names no task: ' +
        'write task names separated by blanks, e.g. "T0*3 T1 T0!fail"',
    );
  });

  it.each(['T0*0', 'T0*1000001'])('refuses the repetition in %s', (text) => {
    expect(() => parseSchedule(text)).toThrow(RangeError);
  });
});

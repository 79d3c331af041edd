import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoOf, lastTime, storedTime } from './stored-time.ts';

const anyTime = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2099-12-31T23:59:59.999Z'),
  noInvalidDate: true,
});

describe('a stored time', () => {
  it('gives back the time to the millisecond, and sorts as it', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (one, other) => {
        const [first, second] = [storedTime(one.toISOString()), storedTime(other.toISOString())];
        expect(isoOf(first)).toBe(one.toISOString());
        expect(Math.sign(first - second)).toBe(Math.sign(one.getTime() - other.getTime()));
        expect(Math.max(first, second)).toBeLessThanOrEqual(lastTime);
      }),
    );
  });

  it('is refused for what is no time, or of another zone', () => {
    expect(() => storedTime('yesterday')).toThrow('Cannot use "yesterday" as a time');
    expect(() => storedTime('2026-11-22T10:00:00+01:00')).toThrow(RangeError);
    expect(isoOf(storedTime('2026-11-22T10:00:00.5Z'))).toBe('2026-11-22T10:00:00.500Z');
  });
});

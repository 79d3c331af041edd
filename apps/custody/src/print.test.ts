import { describe, expect, it } from 'vitest';
import { forMail, many } from './print.ts';

describe('text for a mail', () => {
  it('is folded to 72 columns at blanks, continued with a deeper indent', () => {
    const folded = forMail([`  ${'word '.repeat(30)}`]);
    expect(folded.length).toBeGreaterThan(2);
    expect(folded.every((line) => line.length <= 72)).toBe(true);
    expect(folded[1]).toMatch(/^ {4}word/);
    expect(folded.join(' ').match(/word/g)).toHaveLength(30);
  });

  it('is ASCII', () => {
    expect(forMail(['a → b – “c”'])).toEqual(['a -> b - "c"']);
  });

  it('keeps room for words however far a line is indented', () => {
    const folded = forMail([`${' '.repeat(80)}${'word '.repeat(20)}`]);
    expect(folded.every((line) => line.length <= 72)).toBe(true);
    expect(folded.join(' ').match(/word/g)).toHaveLength(20);
  });

  it('cuts what has no blanks', () => {
    expect(forMail(['x'.repeat(100)]).map((line) => line.length)).toEqual([72, 30]);
  });
});

describe('a number with its noun', () => {
  it('agrees', () => {
    expect([many(1, 'event'), many(25_522, 'line')]).toEqual(['1 event', '25,522 lines']);
  });
});

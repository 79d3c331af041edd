import { describe, expect, it } from 'vitest';
import { forMail, harmlessText, many } from './print.ts';

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

  it('may be one line of a million characters', () => {
    const folded = forMail([`  ${'x'.repeat(1_000_000)}`]);
    expect(folded.every((line) => line.length <= 72)).toBe(true);
    expect(folded.join('').replaceAll(' ', '')).toHaveLength(1_000_000);
  });
});

describe('a command in a mail', () => {
  const unfolded = (lines: readonly string[]): string => lines.join('\n').replaceAll(/ \\\n */g, ' ');

  it('is what one types in a checkout, and is folded so that a shell still takes it', () => {
    const schedule = 'T0*5 T1*3 T0!fail '.repeat(9).trim();
    const command = `custody simulate robin-mail fail-before-claim --devices 4 --stores late --schedule '${schedule}'`;
    for (const indent of ['', '  ', ' '.repeat(14)]) {
      const folded = forMail([`${indent}see: ${command}`]);
      expect(folded.every((line) => line.length <= 72)).toBe(true);
      expect(unfolded(folded).replaceAll(/\s+/g, ' ').trim()).toBe(`see: npx ${command}`);
      expect(folded.filter((line) => !line.includes("'") && !line.endsWith(' \\')).every((l) => /^ *T/.test(l))).toBe(
        true,
      );
    }
  });

  it('is not broken within a quoted word', () => {
    const path = `'./${'a b '.repeat(20)}it'\\''s.json'`;
    expect(unfolded(forMail([`  custody explore ${path} case-3`])).trim()).toBe(`npx custody explore ${path} case-3`);
  });

  it('stays a word in a sentence', () => {
    expect(forMail(['in the custody of robin', 'this is a bug in custody'])).toEqual([
      'in the custody of robin',
      'this is a bug in custody',
    ]);
    expect(forMail(['try: custody cases VARIANT'])).toEqual(['try: npx custody cases VARIANT']);
  });
});

describe('what other people wrote', () => {
  it('keeps its lines and tabs, and steers no terminal', () => {
    expect(harmlessText('a\n\tb\u001b[31m\u009b2J\r\u202e')).toBe('a\n\tb\ufffd[31m\ufffd2J\ufffd\ufffd');
  });
});

describe('a number with its noun', () => {
  it('agrees', () => {
    expect([many(1, 'event'), many(25_522, 'line')]).toEqual(['1 event', '25,522 lines']);
  });
});

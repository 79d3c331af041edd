import { describe, expect, it } from 'vitest';
import { cut, fit, plain, widthOf, wrapped } from './text.ts';

describe('text on a terminal', () => {
  it('is measured in columns, not characters', () => {
    expect([widthOf('sh'), widthOf('日本'), widthOf('e\u0301'), widthOf('🙂')]).toEqual([2, 4, 1, 2]);
  });

  it('is cut with a sign, never wrapped', () => {
    expect(cut('0xff1100001fd8e800', 8)).toBe('0xff110…');
    expect(cut('日本語', 4)).toBe('日…');
    expect(cut('short', 8)).toBe('short');
    expect(cut('short', 0)).toBe('');
  });

  it('is broken only where it is to be read in full', () => {
    expect(wrapped('the lock is held twice', 12)).toEqual(['the lock is', 'held twice']);
    expect(wrapped('0xff1100001fd8e800 x', 8)).toEqual(['0xff1100', '001fd8e8', '00 x']);
    expect(wrapped('', 8)).toEqual(['']);
  });

  it('fills its column', () => {
    expect(fit('sh', 4)).toBe('sh  ');
    expect(widthOf(fit('日本語', 4))).toBe(4);
  });

  it('cannot steer the terminal, whoever wrote it', () => {
    expect(plain('a\u001b[2Jb\u009bc\rd\u202ee')).toBe('a·[2Jb·c·d·e');
    expect(plain('two\nlines\tand a tab')).toBe('two lines and a tab');
  });
});

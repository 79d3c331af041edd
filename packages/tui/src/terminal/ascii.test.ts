import { describe, expect, it } from 'vitest';
import { replayOf } from '../replay/replay-screen.ts';
import { longRun, viewOf } from '../run.testing.ts';
import { shellOn, textShown, typedInto } from '../shell/shell.testing.ts';
import { widthOf } from '../text.ts';
import { asciiOf } from './ascii.ts';

describe('signs in ASCII', () => {
  it('stand for every sign that the screens draw, each with one of its own', () => {
    for (const keys of ['jjjj', '?', 'jjp', 'ma']) {
      const drawn = textShown(typedInto(shellOn(replayOf(viewOf(longRun(300)))), keys).shell).join('');
      for (const character of drawn.replaceAll('?', ''))
        expect([character, asciiOf(character)]).not.toEqual([character, '?']);
    }
  });

  it('are as wide as what they stand for', () => {
    for (const character of ['●', 'é', '日', 'a', '…']) expect(asciiOf(character).length).toBe(widthOf(character));
  });
});

import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { replayOf } from '../replay/replay-screen.ts';
import { acquired, claimed, eventsBy, owned, refused, requested, viewOf } from '../run.testing.ts';
import { shellOn, typedInto } from './shell.testing.ts';
import { utteranceOf } from './utterance.ts';

const events = eventsBy(['T1', claimed], ['T1', requested], ['T1', acquired], ['T1', owned], ['T1', refused]);
const view = viewOf(events, { findings: [{ position: position(4), text: 'an owner beside a driver' }] });
const opened = shellOn(replayOf(view));

/** What is said for the last of some keys. */
const saidFor = (keys: string): readonly string[] => {
  const before = typedInto(opened, keys.slice(0, -1)).shell;
  return utteranceOf(before, typedInto(before, keys.slice(-1)).shell);
};

describe('what a screen reader hears', () => {
  it('is the screen, the place and the keys when it opens', () => {
    const lines = utteranceOf(null, opened);
    expect(lines.slice(0, 3)).toEqual([
      'screen replay: a claim against a bind, simulated linux-6.1, bind-versus-claim',
      'position 0/5',
      'the run begins',
    ]);
    expect(lines.at(-1)).toMatch(/^keys: j on, k back, .*\? help/);
  });

  it('is the event, its findings and what it changed for a step', () => {
    expect(saidFor('jjjj')).toEqual([
      'position 4/5 · step 4',
      expect.stringMatching(/^T1 +4: OwnerSet: +group=6 owner=vfio count=1$/),
      'finding: an owner beside a driver',
      'changed: group 6 count*1',
      'changed: owner *vfio',
    ]);
  });

  it('is what is asked for, and what could be meant', () => {
    expect(saidFor('/')).toEqual(['asks /']);
    expect(saidFor(':st')).toEqual(['Tab: state <run>: print the world']);
  });

  it('is the answer when nothing moves', () => {
    expect(saidFor('k')).toEqual(['This is the start of the run']);
  });

  it('has no boxes and no lanes in it', () => {
    for (const keys of ['jjj', '?', 'jjjj', 'jj:']) expect(saidFor(keys).join('\n')).not.toMatch(/[│┃┌─●]/);
  });
});

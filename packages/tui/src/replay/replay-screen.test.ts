import { nanos, type Position, position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { acquired, claimed, eventsBy, kept, refused, released, requested, viewOf } from '../run.testing.ts';
import { shellOn, textShown, typedInto } from '../shell/shell.testing.ts';
import { topOf } from '../shell/shell.ts';
import type { ReplayView } from '../view.ts';
import { replayOf } from './replay-screen.ts';

const seconds = (at: number) => ({ at: nanos(at * 1e9) });
const events = eventsBy(
  ['T0', requested, seconds(1)],
  ['T0', acquired, seconds(2)],
  ['T1', claimed, seconds(3)],
  ['T0', kept, seconds(4)],
  ['T1', refused, seconds(5)],
  ['T0', released, seconds(6)],
);
const findings = [2, 5].map((at) => ({ position: position(at), text: 'hm' }));
const note = { id: '1', position: position(3), author: 'robin', body: 'why', replies: [], resolved: false };
const addNote: NonNullable<ReplayView['addNote']> = async () => [];
const usual = viewOf(events, { findings, notes: [note], addNote });

const typed = (keys: string, view = usual) => typedInto(shellOn(replayOf(view)), keys);

/** Where the replay stands after some keys, and what it says. */
const after = (keys: string, view = usual) => {
  const { shell } = typed(keys, view);
  const [, at] = /^position (\d+)/.exec(topOf(shell).place()) ?? [];
  return { at: Number(at), says: shell.says };
};
const placeAfter = (keys: string, start = 0): number =>
  after(keys, { ...usual, start: position(start) as Position }).at;

describe('stepping', () => {
  it('goes one event on and back, past lines kept raw', () => {
    expect([placeAfter('jj'), placeAfter('jjk'), placeAfter('jjjj'), placeAfter('<up>', 5)]).toEqual([2, 1, 5, 3]);
  });

  it('stops at both ends and says so', () => {
    expect(after('k')).toEqual({ at: 0, says: 'This is the start of the run' });
    expect(after('Gj')).toEqual({ at: 6, says: 'This is the end of the run' });
  });

  it('goes by pages, to the ends, and by a count', () => {
    expect([placeAfter(' '), placeAfter('<pagedown>b'), placeAfter('G'), placeAfter('Gg'), placeAfter('3j')]).toEqual([
      6, 0, 6, 0, 3,
    ]);
  });
});

describe('seeking', () => {
  it('goes to a position, a distance, a time or the end', () => {
    const places = [':4<enter>', '4<enter>', '4G', 'j:+2<enter>', 'G:-2<enter>', ':3.5s<enter>', ':$<enter>'];
    expect(places.map((keys) => placeAfter(keys))).toEqual([4, 4, 4, 3, 4, 3, 6]);
  });

  it('beyond the end goes to the end and says what there is', () => {
    expect(after(':99<enter>')).toEqual({ at: 6, says: 'The run has positions 0 to 6' });
    expect(after('99G')).toEqual({ at: 6, says: 'The run has positions 0 to 6' });
  });

  it('stays when the text is neither a place nor a command', () => {
    expect(after('j:lock<enter>')).toEqual({ at: 1, says: 'There is no command "lock": Tab lists them' });
  });

  it('is given up with escape, or by erasing everything', () => {
    expect(typed(':4<escape>').shell.prompt).toBeNull();
    expect(typed(':4<backspace><backspace>').shell.prompt).toBeNull();
    expect(typed('4<escape>').shell.count).toBe('');
  });
});

describe('searching', () => {
  it('goes to the position just after the hit, also when its line is hidden', () => {
    expect([placeAfter('/EBUSY<enter>'), placeAfter('/prev_comm<enter>')]).toEqual([5, 4]);
  });

  it('repeats in both directions', () => {
    expect([placeAfter('/Lock<enter>n'), placeAfter('/Lock<enter>nnN'), placeAfter('/Lock<enter>g/<enter>')]).toEqual([
      2, 2, 1,
    ]);
  });

  it('that finds nothing says so and stays', () => {
    expect(after('jj/BugHit<enter>')).toEqual({ at: 2, says: 'Not found after position 2: BugHit' });
    expect(after('jj/BugHit<enter>N')).toEqual({ at: 2, says: 'Not found before position 2: BugHit' });
  });

  it('with a broken pattern says what is wrong and stays', () => {
    expect(after('j/(<enter>')).toEqual({ at: 1, says: expect.stringContaining('Unterminated group') });
  });

  it('again needs a first search', () => {
    expect(after('n').says).toContain('/ asks');
  });
});

describe('hopping', () => {
  it('goes from finding to finding and from note to note', () => {
    expect([placeAfter('f'), placeAfter('ff'), placeAfter('ffF'), placeAfter(']'), placeAfter('G[')]).toEqual([
      2, 5, 2, 3, 3,
    ]);
  });

  it('says when there is no further one, or none at all', () => {
    expect(after('fff')).toEqual({ at: 5, says: 'No finding after position 5' });
    expect(after('f', { ...usual, findings: [] }).says).toBe('No findings in this run');
  });
});

describe('marks', () => {
  it('remember places', () => {
    expect(placeAfter("jjmagG'a")).toBe(2);
  });

  it('that were never set say how to set them', () => {
    expect(after("'x").says).toBe('There is no mark x: mx sets it');
  });

  it("lead back from a jump with ''", () => {
    expect(placeAfter("jjG''")).toBe(2);
  });

  it('are letters', () => {
    expect(after('m1').says).toBe('A mark is a letter from a to z');
  });
});

describe('notes', () => {
  it('are asked for in one line and kept at the cursor', () => {
    const { shell } = typed('jjawhy here?');
    expect(shell.prompt).toMatchObject({ label: 'note: ', text: 'why here?' });
    expect(typedInto(shell, '<enter>').jobs).toMatchObject([{ effect: { type: 'work', name: 'keep the note' } }]);
  });

  it('that are empty are not kept', () => {
    expect(typed('a <enter>').jobs).toEqual([]);
  });

  it('are refused where they cannot be written', () => {
    const { addNote: _, ...view } = usual;
    expect(after('a', view).says).toBe('Notes cannot be added here');
  });
});

describe('reading', () => {
  it('covers the list until it is left', () => {
    expect(textShown(typed('jj<enter>').shell).join('\n')).toContain('task T0 · LockAcquired lock=group:6');
    expect(textShown(typed('jj<enter>').shell).join('\n')).toContain('! hm');
    expect(textShown(typed('jj<enter>q').shell)).toEqual(textShown(typed('jj').shell));
  });
});

describe('lines kept raw', () => {
  it('are shown and hidden', () => {
    expect([placeAfter('jjjj'), placeAfter('vjjjj'), placeAfter('vvjjjj')]).toEqual([5, 4, 5]);
  });
});

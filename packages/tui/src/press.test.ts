import { nanos, type Position, position, timelineOf } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { bindings } from './bindings.ts';
import { allLines, meaningfulLines } from './lines.ts';
import { press } from './press.ts';
import { acquired, claimed, eventsBy, kept, refused, released, requested } from './run.testing.ts';
import type { Surroundings } from './surroundings.ts';
import { openedAt, type Ui } from './ui.ts';

const seconds = (at: number) => ({ at: nanos(at * 1e9) });
const timeline = timelineOf(
  eventsBy(
    ['T0', requested, seconds(1)],
    ['T0', acquired, seconds(2)],
    ['T1', claimed, seconds(3)],
    ['T0', kept, seconds(4)],
    ['T1', refused, seconds(5)],
    ['T0', released, seconds(6)],
  ),
);

const around: Surroundings = {
  timeline,
  end: position(timeline.length),
  lines: (verbatim) => (verbatim ? allLines(timeline) : meaningfulLines(timeline)),
  page: 3,
  findings: [2, 5].map(position),
  notes: [position(3)],
  canNote: true,
};

/** Presses one key after the other; letters one by one, names between angle brackets: `/EBUSY<enter>`. */
const typed = (keys: string, from = openedAt(position(0)), beside = around): Ui =>
  [...keys.matchAll(/<([^>]+)>|[^<]/gu)].reduce((ui, [key, name]) => press(ui, name ?? key, beside).ui, from);

const placeAfter = (keys: string, from = 0): Position => typed(keys, openedAt(position(from))).position;

describe('stepping', () => {
  it('goes one event on and back, past lines kept raw', () => {
    expect([placeAfter('jj'), placeAfter('jjk'), placeAfter('jjjj'), placeAfter('<up>', 5)]).toEqual([2, 1, 5, 3]);
  });

  it('stops at both ends and says so', () => {
    expect(typed('k')).toMatchObject({ position: 0, message: 'This is the start of the run' });
    expect(typed('Gj')).toMatchObject({ position: 6, message: 'This is the end of the run' });
  });

  it('goes by pages, to the ends, and by a count', () => {
    expect([placeAfter(' '), placeAfter('<pagedown>b'), placeAfter('G'), placeAfter('Gg'), placeAfter('3j')]).toEqual([
      3, 0, 6, 0, 3,
    ]);
  });
});

describe('seeking', () => {
  it('goes to a position, a distance, a time or the end', () => {
    const places = [':4<enter>', '4<enter>', 'j:+2<enter>', 'G:-2<enter>', ':3.5s<enter>', ':$<enter>'];
    expect(places.map((keys) => placeAfter(keys))).toEqual([4, 4, 3, 4, 3, 6]);
  });

  it('beyond the end goes to the end and says what there is', () => {
    expect(typed(':99<enter>')).toMatchObject({ position: 6, message: 'The run has positions 0 to 6' });
  });

  it('stays and says what can be typed when the text names no place', () => {
    expect(typed('j:lock<enter>')).toMatchObject({
      position: 1,
      message: expect.stringContaining('Cannot go to "lock"'),
    });
  });

  it('is given up with escape, or by erasing everything', () => {
    expect(typed(':4<escape>').mode).toEqual({ kind: 'browse' });
    expect(typed(':4<backspace><backspace>').mode).toEqual({ kind: 'browse' });
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
    expect(typed('jj/BugHit<enter>')).toMatchObject({ position: 2, message: 'Not found after position 2: BugHit' });
    expect(typed('jj/BugHit<enter>N')).toMatchObject({ position: 2, message: 'Not found before position 2: BugHit' });
  });

  it('with a broken pattern says what is wrong and stays', () => {
    expect(typed('j/(<enter>')).toMatchObject({ position: 1, message: expect.stringContaining('Unterminated group') });
  });

  it('again needs a first search', () => {
    expect(typed('n').message).toContain('/ asks');
  });
});

describe('hopping', () => {
  it('goes from finding to finding and from note to note', () => {
    expect([placeAfter('f'), placeAfter('ff'), placeAfter('ffF'), placeAfter(']'), placeAfter('G[')]).toEqual([
      2, 5, 2, 3, 3,
    ]);
  });

  it('says when there is no further one, or none at all', () => {
    expect(typed('fff')).toMatchObject({ position: 5, message: 'No finding after position 5' });
    expect(typed('f', undefined, { ...around, findings: [] }).message).toBe('No findings in this run');
  });
});

describe('marks', () => {
  it('remember places', () => {
    expect(placeAfter("jjmagG'a")).toBe(2);
  });

  it('that were never set say how to set them', () => {
    expect(typed("'x").message).toBe('There is no mark x: mx sets it');
  });

  it("lead back from a jump with ''", () => {
    expect(placeAfter("jjG''")).toBe(2);
  });
});

describe('notes', () => {
  it('are asked for in one line and kept at the cursor', () => {
    const asked = typed('jjawhy here?');
    expect(asked.mode).toEqual({ kind: 'prompt', question: 'note', text: 'why here?' });
    expect(press(asked, 'enter', around).effect).toEqual({ type: 'add-note', position: 2, body: 'why here?' });
  });

  it('that are empty are not kept', () => {
    expect(press(typed('a '), 'enter', around).effect).toBeUndefined();
  });

  it('are refused where they cannot be written', () => {
    expect(typed('a', undefined, { ...around, canNote: false })).toMatchObject({
      mode: { kind: 'browse' },
      message: 'Notes cannot be added here',
    });
  });
});

describe('every other key', () => {
  it('closes the help and the reading', () => {
    expect(typed('<enter>').mode).toEqual({ kind: 'read' });
    expect(typed('<enter>j')).toMatchObject({ mode: { kind: 'browse' }, position: 0 });
    expect(typed('?').mode).toEqual({ kind: 'help' });
    expect(typed('?q').mode).toEqual({ kind: 'browse' });
  });

  it('shows and hides lines kept raw', () => {
    expect([typed('v').verbatim, typed('vv').verbatim, placeAfter('vjjjj')]).toEqual([true, false, 4]);
  });

  it('quits with q', () => {
    expect(press(typed(''), 'q', around).effect).toEqual({ type: 'quit' });
  });

  it('is answered with the way to the help', () => {
    expect(typed('z').message).toBe('No such key: z (? lists them)');
  });

  it('means one thing only', () => {
    const keys = bindings.flatMap((binding) => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  });
});

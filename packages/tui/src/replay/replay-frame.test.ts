import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { acquired, claimed, eventsBy, longRun, manyGroups, owned, requested, viewOf } from '../run.testing.ts';
import { shellOn, textShown, typedInto } from '../shell/shell.testing.ts';
import { widthOf } from '../text.ts';
import type { ReplayView } from '../view.ts';
import { replayOf } from './replay-screen.ts';

const events = eventsBy(['T1', claimed], ['T1', requested], ['T1', acquired], ['T1', owned]);

const note = {
  id: '1',
  position: position(4),
  author: 'robin',
  body: 'Read outside the lock\nsee v6',
  replies: [{ author: 'jason', body: 'only on 5.17' }],
  resolved: true,
};

const shown = (view: ReplayView, keys = '', columns = 80, rows = 24): string =>
  textShown(typedInto(shellOn(replayOf(view), { columns, rows }), keys).shell).join('\n');

describe('the replay screen', () => {
  const view = viewOf(events, { start: position(4) });

  it('shows lanes, the world and the place on 80x24', () => {
    expect(shown(view).replace(/ +$/gm, '')).toMatchSnapshot();
  });

  it('fits terminals of many sizes exactly', () => {
    const busy = viewOf(longRun(300), { topology: manyGroups(40), start: position(150) });
    for (const [columns, rows] of [
      [80, 24],
      [99, 39],
      [80, 40],
      [140, 45],
      [250, 80],
    ] as const) {
      const lines = shown(busy, '', columns, rows).split('\n');
      expect(lines.length).toBe(rows - 1);
      expect(Math.max(...lines.map(widthOf))).toBe(columns);
    }
  });

  it('says in one line when the terminal is too small', () => {
    expect(shown(view, '', 60, 10)).toBe('custody needs 80x24, this is 60x10 (Q quits)');
  });

  it('gives the command that prints the same place', () => {
    expect(shown(view)).toContain('position 4/4 · step 4 · custody state 3f9a2c --at 4');
  });

  it('shows findings and notes at the cursor, and flags their line', () => {
    const remarked = viewOf(events, {
      start: position(4),
      notes: [note],
      findings: [{ position: position(4), text: 'a user owner never shares a group' }],
    });
    const screen = shown(remarked, '', 80, 30);
    expect(screen).toContain('! a user owner never shares a group');
    expect(screen).toContain('n robin (resolved): Read outside the lock');
    expect(screen).toContain('+2 more lines (Enter)');
    expect(screen).toMatch(/^>! ●/m);
  });

  it('shows all that is said at the cursor when asked, with nothing cut', () => {
    const long = { ...note, body: `${'word '.repeat(60)}end` };
    const read = shown(viewOf(events, { start: position(4), notes: [long] }), '<enter>');
    expect(read).toContain('task T1 · OwnerSet group=6 owner=vfio count=1');
    expect(read).toMatch(/^end$/m);
    expect(read).toContain('  > jason: only on 5.17');
  });

  it('leads to the next finding and note where there is none', () => {
    const ahead = viewOf(events, { notes: [note], findings: [{ position: position(2), text: 'hm' }] });
    expect(shown(ahead)).toContain('next finding at 2 (f) · next note at 4 (])');
  });

  it('shows what is typed into a prompt, the end of it when it is long', () => {
    expect(shown(view, `/${'x'.repeat(200)} tail`)).toMatch(/^\/x+ tail $/m);
  });

  it('opens on a run without events', () => {
    expect(shown(viewOf([]))).toContain('>  -- the run begins --');
  });
});

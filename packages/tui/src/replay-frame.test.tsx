import { position } from '@custody/trace';
import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import { overviewOf } from './overview.ts';
import { ReplayFrame } from './replay-frame.tsx';
import { acquired, claimed, eventsBy, longRun, manyGroups, owned, requested, viewOf } from './run.testing.ts';
import { widthOf } from './text.ts';
import { openedAt, type Ui } from './ui.ts';
import type { ReplayView } from './view.ts';

const events = eventsBy(['T1', claimed], ['T1', requested], ['T1', acquired], ['T1', owned]);

const note = {
  id: '1',
  position: position(4),
  author: 'robin',
  body: 'Read outside the lock\nsee v6',
  replies: [{ author: 'jason', body: 'only on 5.17' }],
  resolved: true,
};

const shown = (view: ReplayView, ui: Partial<Ui> = {}, columns = 80, rows = 24): string => {
  const state = { ...openedAt(view.start), ...ui };
  const frame = { view, overview: overviewOf(view), notes: view.notes, ui: state, size: { columns, rows } };
  return renderToString(<ReplayFrame {...frame} isColored={false} />, { columns });
};

describe('the replay screen', () => {
  const view = viewOf(events, { start: position(4) });

  it('shows lanes, the world and the place on 80x24', () => {
    expect(shown(view)).toMatchSnapshot();
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
      const lines = shown(busy, {}, columns, rows).split('\n');
      expect(lines.length).toBe(rows - 1);
      expect(Math.max(...lines.map(widthOf))).toBe(columns);
    }
  });

  it('says in one line when the terminal is too small', () => {
    expect(shown(view, {}, 60, 10)).toBe('custody needs 80x24, this is 60x10 (q quits)');
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
    const screen = shown(remarked, {}, 80, 30);
    expect(screen).toContain('! a user owner never shares a group');
    expect(screen).toContain('n robin (resolved): Read outside the lock');
    expect(screen).toContain('+2 more lines (Enter)');
    expect(screen).toMatch(/^>! ●/m);
  });

  it('shows all that is said at the cursor when asked, with nothing cut', () => {
    const long = { ...note, body: `${'word '.repeat(60)}end` };
    const read = shown(viewOf(events, { start: position(4), notes: [long] }), { mode: { kind: 'read' } });
    expect(read).toContain('task T1 · OwnerSet group=6 owner=vfio count=1');
    expect(read).toMatch(/^end$/m);
    expect(read).toContain('  > jason: only on 5.17');
  });

  it('leads to the next finding and note where there is none', () => {
    const ahead = viewOf(events, { notes: [note], findings: [{ position: position(2), text: 'hm' }] });
    expect(shown(ahead)).toContain('next finding at 2 (f) · next note at 4 (])');
  });

  it('shows what is typed into a prompt, the end of it when it is long', () => {
    const prompt = { kind: 'prompt', question: 'note', text: `${'x'.repeat(200)} tail` } as const;
    expect(shown(view, { mode: prompt })).toMatch(/^note: x+ tail$/m);
  });

  it('explains all keys and signs on 80x24 without cutting a word', () => {
    const help = shown(view, { mode: { kind: 'help' } });
    for (const words of ['next finding', 'add a note here', 'waits for a lock', 'two holders', 'q Ctrl-C   quit']) {
      expect(help).toContain(words);
    }
    expect(help).not.toContain('…');
  });

  it('opens on a run without events', () => {
    expect(shown(viewOf([]))).toContain('>  -- the run begins --');
  });
});

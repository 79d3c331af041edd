import { position } from '@custody/trace';
import { describe, expect, it, vi } from 'vitest';
import { fakeTerminal } from './fake-terminal.testing.ts';
import { openScreens } from './open-screens.ts';
import { replayOf } from './replay/replay-screen.ts';
import { longRun, viewOf } from './run.testing.ts';
import { outsideWith } from './shell/shell.testing.ts';
import type { NoteView, ReplayView, Terminal } from './view.ts';

const openReplay = (view: ReplayView, terminal: Terminal) => openScreens(replayOf(view), outsideWith({}), terminal);

// chalk decides once, when it is loaded, whether there may be colours at all.
vi.hoisted(() => {
  process.env['FORCE_COLOR'] = '1';
});

const alternateScreen = { on: '\u001b[?1049h', off: '\u001b[?1049l' };
const showCursor = '\u001b[?25h';

describe('an open screen', () => {
  it('leaves the terminal as it was', async () => {
    const terminal = fakeTerminal();
    const closed = openReplay(viewOf(longRun(30)), terminal);
    await terminal.press('q');
    await closed;
    const written = terminal.written();
    expect(written.indexOf(alternateScreen.on)).toBeLessThan(written.indexOf(alternateScreen.off));
    expect(written.lastIndexOf(showCursor)).toBeGreaterThan(0);
    expect(terminal.rawModes.at(-1)).toBe(false);
  });

  it('closes on Ctrl-C, also in the middle of a prompt', async () => {
    const terminal = fakeTerminal();
    const closed = openReplay(viewOf(longRun(30)), terminal);
    await terminal.press('/abc');
    await terminal.shows('abc');
    await terminal.press('\u0003');
    await expect(closed).resolves.toBeUndefined();
  });

  it('takes every key of a burst', async () => {
    const terminal = fakeTerminal();
    const closed = openReplay(viewOf(longRun(30)), terminal);
    await terminal.press('jjjjj:+3\rj\u001b[B\u001b[6~');
    await terminal.shows('--at 22');
    await terminal.press('q');
    await closed;
  });

  it('keeps a note at the place where it was asked for', async () => {
    const asked: unknown[] = [];
    const addNote = async (at: number, body: string): Promise<readonly NoteView[]> => {
      asked.push([at, body]);
      return [{ id: '1', position: position(at), author: 'me', body, replies: [], resolved: false }];
    };
    const terminal = fakeTerminal();
    const closed = openReplay(viewOf(longRun(30), { addNote }), terminal);
    await terminal.press('jjawhy?\r');
    await terminal.shows('The note is at position 2');
    expect(asked).toEqual([[2, 'why?']]);
    await terminal.press('q');
    await closed;
  });

  it('says why a note could not be kept', async () => {
    const terminal = fakeTerminal();
    const addNote = () => Promise.reject(new Error('the disk is full'));
    const closed = openReplay(viewOf(longRun(30), { addNote }), terminal);
    await terminal.press('ahm\r');
    await terminal.shows('Cannot keep the note: the disk is full');
    await terminal.press('q');
    await closed;
  });

  it('redraws little for a step: it does not flicker', async () => {
    const terminal = fakeTerminal();
    const closed = openReplay(viewOf(longRun(3000), { start: position(1500) }), terminal);
    await terminal.press('j');
    await terminal.shows('--at 1501');
    const before = terminal.written().length;
    await terminal.press('j');
    await terminal.shows('--at 1502');
    expect(terminal.written().length - before).toBeLessThan(600);
    await terminal.press('q');
    await closed;
  });

  it('writes colours only to a terminal that has them and wants them', async () => {
    const accent = ['\u001b[94m', '\u001b[0;94m'];
    for (const hasColors of [true, false]) {
      const terminal = fakeTerminal({ hasColors });
      const closed = openReplay(viewOf(longRun(30)), terminal);
      await terminal.press('jq');
      await closed;
      expect(accent.some((color) => terminal.written().includes(color))).toBe(hasColors);
    }
  });

  it('refuses streams that are no terminal, and says what to do instead', async () => {
    const terminal = fakeTerminal();
    const piped = { ...terminal, stdout: Object.assign(terminal.stdout, { isTTY: false }) };
    await expect(openReplay(viewOf([]), piped)).rejects.toThrow(/custody state 3f9a2c --at 0/);
  });
});

import { position } from '@custody/trace';
import { describe, expect, it } from 'vitest';
import { replayOf } from '../replay/replay-screen.ts';
import { longRun, viewOf } from '../run.testing.ts';
import { runsOf } from '../runs/runs-screen.ts';
import { anywhere } from '../shell/anywhere.ts';
import type { Standing } from '../shell/screen.ts';
import { shellOn, textShown, typedInto } from '../shell/shell.testing.ts';
import { press, type Shell, topOf } from '../shell/shell.ts';
import { textOn } from '../text-screen/text-screen.ts';
import { labelOf } from './labels.ts';

const replay = (): Standing =>
  replayOf(viewOf(longRun(30), { start: position(10), findings: [{ position: position(20), text: 'hm' }] }));

/** Every screen there is, and the help of each is one as well. */
const screens: readonly (readonly [string, () => Standing])[] = [
  ['replay', replay],
  ['runs', runsOf],
  ['text', () => textOn({ title: 'a text', from: '', command: null, lines: ['one', 'two'] })],
  ['help', () => topOf(typedInto(shellOn(replay()), '?').shell)],
];

/** The lines of the help over a screen, all of them. */
const helpOn = (screen: Standing): readonly string[] =>
  textShown(typedInto(shellOn(screen, { columns: 120, rows: 200 }), '?').shell);

/** Keys that a terminal can send one by one. */
const everyKey = [
  ...Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code)).filter((key) => !/\d/.test(key)),
  ...['up', 'down', 'left', 'right', 'pageup', 'pagedown', 'home', 'end', 'enter', 'escape', 'backspace', 'tab'],
  ...[...'abcdefghijklmnopqrstuvwxyz'].map((letter) => `ctrl-${letter}`),
];

const isUnknown = (shell: Shell, key: string): boolean =>
  press(shell, key).shell.says?.startsWith('No such key') ?? false;

describe.each(screens)('the keys of %s', (_, screenOf) => {
  it('that are in the help all work', () => {
    const screen = screenOf();
    const shell = { ...shellOn(screen), stack: [replay(), screen] } as Shell;
    for (const { keys } of [...screen.bindings, ...anywhere]) {
      for (const key of keys) expect([key, isUnknown(shell, key)]).toEqual([key, false]);
    }
  });

  it('that work are all in the help', () => {
    const screen = screenOf();
    const shell = { ...shellOn(screen), stack: [replay(), screen] } as Shell;
    const labels = helpOn(screen).flatMap((line) => line.slice(2, 20).trim().split(' '));
    for (const key of everyKey) {
      if (!isUnknown(shell, key)) expect(labels).toContain(labelOf(key));
    }
  });

  it('mean one thing each', () => {
    const keys = [...screenOf().bindings, ...anywhere].flatMap((binding) => binding.keys);
    expect(keys).toEqual([...new Set(keys)]);
  });
});

describe('the help', () => {
  it('has every key with what it does, and every sign, without cutting a word on 80x24', () => {
    const help = textShown(typedInto(shellOn(replay(), { columns: 80, rows: 24 }), '?').shell);
    expect(help.join('\n')).not.toContain('…');
    const all = helpOn(replay()).join('\n');
    for (const words of ['next finding', 'add a note here', 'waits for a lock', 'two holders', 'back; leaves']) {
      expect(all).toContain(words);
    }
  });

  it('is searched as one types', () => {
    const { shell } = typedInto(shellOn(replay()), '?/previous find');
    expect(textShown(shell).filter((line) => line.startsWith('>'))).toEqual(['> F                  previous finding']);
    expect(textShown(shell)[2]).toBe('');
  });

  it('presses the chosen key of the screen below', () => {
    const { shell } = typedInto(shellOn(replay()), '?/next finding<enter><enter>');
    expect(topOf(shell).place()).toContain('position 20/30');
  });

  it('presses keys that work anywhere as well', () => {
    expect(typedInto(shellOn(replay()), '?/any command<enter><enter>').shell.prompt?.label).toBe(':');
  });

  it('says so when nothing is found', () => {
    expect(textShown(typedInto(shellOn(replay()), '?/xyzzy').shell)[1]).toBe('Nothing here has "xyzzy" in it');
  });
});

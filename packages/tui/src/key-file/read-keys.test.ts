import { describe, expect, it } from 'vitest';
import { replayOf } from '../replay/replay-screen.ts';
import { longRun, viewOf } from '../run.testing.ts';
import { keymapOf } from '../shell/keymap.ts';
import { textShown } from '../shell/shell.testing.ts';
import { openedShell, press, topOf } from '../shell/shell.ts';
import { keysAnywhere, keysByScreen } from './key-tables.ts';
import { readKeys } from './read-keys.ts';

const reading = (value: unknown) => () => readKeys('keys.json', JSON.stringify(value));

describe('a file of keys', () => {
  it('gives bindings other keys, which the footer names and which work', () => {
    const keymap = keymapOf(readKeys('keys.json', '{"replay.on": ["s", "down"], "any.palette": "ctrl-p"}'));
    const vocabulary = { verbs: [], titles: [], paths: () => [] };
    const { shell } = openedShell(replayOf(viewOf(longRun(9))), { columns: 80, rows: 24 }, keymap, vocabulary);
    expect(topOf(press(shell, 's').shell).place()).toContain('position 1/9');
    expect(press(shell, 'j').shell.says).toBe('No such key: j (? lists them)');
    expect(press(shell, 'ctrl-p').shell.prompt?.label).toBe(':');
    expect(textShown(shell).at(-1)).toMatch(/^s on .*Ctrl-P command/);
  });

  it('may be empty', () => {
    expect(reading({})()).toEqual(new Map());
  });

  it.each([
    ['{"replay.on": ["j"]', 'Cannot use keys.json as it is not JSON ('],
    ['["j"]', 'Cannot use keys.json as it is not an object: write {"replay.on": ["j", "down"]}'],
  ])('that is wrong is explained: %s', (text, why) => {
    expect(() => readKeys('keys.json', text)).toThrow(why);
  });

  it.each([
    [{ 'replay.serach': ['s'] }, 'nothing is called "replay.serach"'],
    [{ 'replay.search': 5 }, '"replay.search" is not a list of keys: write "replay.search": ["x"]'],
    [
      { 'replay.search': ['ctrl-1'] },
      '"ctrl-1" of "replay.search" is no key: a key is one character, ctrl-a to ctrl-z,',
    ],
    [{ 'replay.search': ['j'] }, '"j" would be both replay.on and replay.search: give one of them other keys'],
    [{ 'any.help': ['j'] }, 'would be both runs.down and any.help'],
  ])('that asks for what cannot be is explained: %o', (value, why) => {
    expect(reading(value)).toThrow(why);
  });

  it('that swaps two keys is fine', () => {
    expect(reading({ 'replay.on': ['k'], 'replay.back': ['j'] })().size).toBe(2);
  });
});

describe('the tables of keys', () => {
  it('have no key twice on any screen, and no name twice at all', () => {
    for (const screen of keysByScreen()) {
      const keys = [...screen, ...keysAnywhere()].flatMap((binding) => binding.keys);
      expect(keys).toEqual([...new Set(keys)]);
    }
    const names = [...keysByScreen().flat(), ...keysAnywhere()].map(({ name }) => name);
    expect(names).toEqual([...new Set(names)]);
  });
});

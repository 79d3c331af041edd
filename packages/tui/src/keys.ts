import type { Key } from 'ink';
import type { Mouse } from './shell/shell.ts';

const named: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'backspace'],
  ['tab', 'tab'],
];

/** The names of keys that are no character, as the config file may have them. */
export const keyNames: readonly string[] = [...new Set(named.map(([, name]) => name))];

const characterName = (character: string): string => {
  if (character === '\r' || character === '\n') return 'enter';
  return character === '\t' ? ' ' : character;
};

const mousePattern = /^\[<(\d+);(\d+);(\d+)([Mm])$/;
const wheel: Readonly<Record<number, number>> = { 64: -3, 65: 3 };

/**
 * What the mouse did, when the input is its report (SGR, mode 1006); undefined when it is none, null for a report that
 * means nothing here, like a button let go.
 */
export const mouseOf = (input: string): Mouse | null | undefined => {
  const [, button, column, row, end] = mousePattern.exec(input) ?? [];
  if (button === undefined) return undefined;
  const lines = wheel[Number(button)];
  if (lines !== undefined) return { kind: 'wheel', lines };
  return button === '0' && end === 'M' ? { kind: 'click', column: Number(column) - 1, row: Number(row) - 1 } : null;
};

/**
 * The keys in one piece of input. Fast typing, a paste and tmux all send several characters at once, so one piece
 * may be many keys.
 */
export const keysOf = (input: string, key: Key): readonly string[] => {
  const special = named.find(([flag]) => key[flag]);
  if (special !== undefined) return [special[1]];
  if (key.ctrl) return [`ctrl-${input}`];
  if (key.meta) return [];
  return Array.from(input, characterName);
};

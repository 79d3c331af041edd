import type { Key } from 'ink';

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

const characterName = (character: string): string => {
  if (character === '\r' || character === '\n') return 'enter';
  return character === '\t' ? ' ' : character;
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

import { widthOf } from '../text.ts';

/** What stands for the signs that the screens draw on a terminal which has only ASCII. */
const signs: Readonly<Record<string, string>> = {
  '●': '@',
  '┃': '#',
  '│': '|',
  '┌': '/',
  '─': '-',
  '·': '.',
  '…': '~',
  '◆': '^',
  '▁': '_',
  '▂': '.',
  '▃': ':',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '*',
  '×': 'x',
  '↑': '^',
  '↓': 'v',
  '←': '<',
  '→': '>',
  '’': "'",
};

/** A character in ASCII, as many columns wide. */
export const asciiOf = (character: string): string =>
  signs[character] ?? (/^[\x20-\x7e\r\n]$/.test(character) ? character : '?'.repeat(widthOf(character)));

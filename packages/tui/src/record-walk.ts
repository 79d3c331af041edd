import { paintedRows } from './looks.ts';
import { frameRows } from './shell/frame-rows.ts';
import { keymapOf } from './shell/keymap.ts';
import type { Standing } from './shell/screen.ts';
import { openedShell, press } from './shell/shell.ts';
import { castOf } from './terminal/cast.ts';
import { modes } from './terminal/modes.ts';
import { thriftyOutput } from './terminal/thrifty-output.ts';
import type { Size } from './view.ts';

export interface WalkOptions extends Size {
  readonly title: string;
  /** Seconds between two keys. */
  readonly pause: number;
}

const vocabulary = { verbs: [], titles: [], paths: () => [] };

/**
 * A cast of a screen on which some keys are pressed, one after the other at an even pace; made without a terminal and
 * without waiting, so that the same keys always give the same bytes.
 */
export const recordWalk = (first: Standing, keys: Iterable<string>, { title, pause, ...size }: WalkOptions): string => {
  const cast = castOf(size, title);
  const lines = [cast.header];
  let at = 0;
  const output = thriftyOutput({ ...size, write: (text: string) => lines.push(cast.output(at, text)) });
  let { shell } = openedShell(first, size, keymapOf(new Map()), vocabulary);
  const draw = (): unknown => output.write(`\u001b[H\u001b[J${paintedRows(frameRows(shell), true)}`);
  output.write(modes.on);
  draw();
  for (const key of keys) {
    at += pause;
    shell = press(shell, key).shell;
    draw();
  }
  at += pause;
  output.write(modes.off);
  return lines.join('');
};

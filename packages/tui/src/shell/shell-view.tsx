import { useApp, useInput, useWindowSize } from 'ink';
import { useEffect } from 'react';
import { keysOf, mouseOf } from '../keys.ts';
import type { Hands, Store } from './store.ts';

export interface ShellViewProps {
  readonly store: Store;
  /** Is given what the terminal can do, once it is there. */
  readonly giveHands: (hands: Hands) => void;
}

/**
 * The shell's side of the terminal: keys, the mouse and the size in. Frames go out by `terminal/painter.ts`: ink's layout,
 * widths and tokens of a whole frame take 12 ms of processor time for each key.
 */
export function ShellView({ store, giveHands }: ShellViewProps) {
  const { exit, suspendTerminal } = useApp();
  const { columns, rows } = useWindowSize();
  useEffect(() => giveHands({ quit: exit, lend: suspendTerminal }), [giveHands, exit, suspendTerminal]);
  useEffect(() => {
    const { size } = store.shell();
    if (size.columns !== columns || size.rows !== rows) store.resize({ columns, rows });
  }, [store, columns, rows]);
  useInput((input, key) => {
    const mouse = mouseOf(input);
    if (mouse === undefined) store.press(keysOf(input, key));
    else if (mouse !== null) store.point(mouse);
  });
  return null;
}
